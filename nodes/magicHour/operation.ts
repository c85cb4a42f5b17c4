import type { IBinaryKeyData, IDataObject } from 'n8n-workflow';

import type { Parameters } from './parameters';
import type { Problem } from './problem';
import type { Run } from './run';

/** What an operation gives for one item. */
export interface ItemOutput {
	json: IDataObject;
	binary?: IBinaryKeyData;
}

/**
 * What an operation does for one item. Everything that is the same for all operations (the loop over items,
 * parallelism, pairing, what happens on failure) is done by `executeItems`.
 */
export interface Operation<Plan, Started> {
	/** Reads and checks the parameters of the item. Nothing is sent before this was done for all items. */
	plan(item: Parameters): Plan;
	/** Looks at all items together; a Problem thrown here stops them all before anything is sent. */
	review?(plans: readonly Plan[], run: Run): void;
	/** Runs for at most `parallelRequests` items at a time. */
	start(plan: Plan, run: Run, itemIndex: number): Promise<Started>;
	/** Runs for all items together, once all were started. */
	finish(started: Started, plan: Plan, run: Run, itemIndex: number): Promise<ItemOutput>;
	/** Called once at the end, whatever the end, with what came of the items that got one. */
	report?(results: ReadonlyArray<ItemOutput | Problem>, run: Run): void;
}
