import type { IBinaryKeyData, IDataObject } from 'n8n-workflow';

import type { Parameters } from './parameters';
import type { Problem } from '../problem';
import type { RunContext, RunLimits } from './runContext';
import type { RequestField } from '../api/contract';

/** What an operation gives for one item. */
export interface ItemOutput {
	json: IDataObject;
	binary?: IBinaryKeyData;
}

/**
 * What an operation does for one item. Everything that is the same for all operations (the loop over items,
 * parallelism, pairing, what happens on failure) is done by `executeItems`.
 */
export interface Operation<Plan, Started = ItemOutput> {
	/** What the editor calls the parameters that fill the fields of the request. */
	labels?: Readonly<Record<RequestField, string>>;
	/** Reads what holds for the run as a whole, from its first item. */
	limits?(item: Parameters): RunLimits;
	/** What the person of an item is told whose plan fails. */
	nothingDone?: string;
	/** Reads and checks the parameters of the item. Nothing is sent before this was done for all items. */
	plan(item: Parameters): Plan;
	/**
	 * Finds out what the plan leaves open. Nothing is uploaded or created before this was done for all items; it runs
	 * for at most `parallelRequests` of them at a time.
	 */
	look?(plan: Plan, run: RunContext, itemIndex: number): Promise<Plan>;
	/** Looks at all items together, by their index; a Problem thrown here stops them all before anything is sent. */
	review?(plans: ReadonlyMap<number, Plan>, run: RunContext): void;
	/** Runs for at most `parallelRequests` items at a time. */
	start(plan: Plan, run: RunContext, itemIndex: number): Promise<Started>;
	/** Runs for all items together, once all were started. Without it, `start` gives the output. */
	finish?(started: Started, plan: Plan, run: RunContext, itemIndex: number): Promise<ItemOutput>;
	/** Called once at the end, whatever the end, with what came of the items that got one. */
	report?(
		results: ReadonlyArray<ItemOutput | Problem>,
		run: RunContext,
		plans: readonly Plan[],
	): void;
}
