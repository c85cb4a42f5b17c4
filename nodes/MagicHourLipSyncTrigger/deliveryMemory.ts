import { createHash } from 'node:crypto';
import type { IDataObject, INode, IWebhookFunctions } from 'n8n-workflow';

/**
 * Deliveries a trigger remembers, oldest first; about 30 kB of static data. n8n copies static data
 * into every stored execution, which is why there are not more.
 */
export const REMEMBERED_DELIVERIES = 2000;

/**
 * Milliseconds. n8n that has not answered by then will not: the delivery may start the workflow again,
 * because a result that comes twice is better than one that never comes.
 */
const LONGEST_START = 15 * 60_000;

/** A delivery that n8n was asked to start an execution for, and has not answered yet. */
interface Start {
	response: Answer;
	/** Milliseconds since the epoch. */
	since: number;
}

/** What tells how n8n answered a request. The sender may have closed the connection long before that. */
type Answer = Pick<ReturnType<IWebhookFunctions['getResponseObject']>, 'writableEnded'>;

/** The deliveries of one trigger node. */
interface Deliveries {
	/** Started, oldest first. */
	started: string[];
	starting: Map<string, Start>;
}

/** What is stored of all triggers of a workflow, by the id of their node. */
type Stored = { workflow: string; started: Record<string, string[]> };

/**
 * The deliveries of each workflow's triggers, by the ids of workflow and node. It is the truth as long as
 * the process lives: n8n gives each request its own copy of the static data, read before and written after
 * the request, so deliveries that arrive together could not see each other there.
 */
const workflows = new Map<string, Map<string, Deliveries>>();

/** What became of a delivery so far. `new`: not seen, or n8n failed to start its execution. */
export type State = 'new' | 'starting' | 'started';

/**
 * The memory of one delivery, kept by workflow and node: a workflow that was copied with its static data has
 * a memory of its own, and a trigger that is renamed keeps the one it has.
 */
export class DeliveryMemory {
	private readonly triggers: Map<string, Deliveries>;
	private readonly deliveries: Deliveries;
	private readonly key: string;

	/**
	 * @param staticData of the workflow, not of the node: n8n writes the static data of a workflow as a whole,
	 *   and with one part for each node, a trigger would write back an old state of the others
	 */
	constructor(
		private readonly staticData: IDataObject,
		private readonly workflowId: string,
		{ id: nodeId }: Pick<INode, 'id'>,
		{ event, projectId }: { event: string; projectId: string },
	) {
		this.triggers = workflows.get(workflowId) ?? new Map<string, Deliveries>();
		workflows.set(workflowId, this.triggers);
		this.readStored();
		this.deliveries = this.deliveriesOf(nodeId);
		this.key = keyOf(event, projectId);
	}

	get state(): State {
		const { started, starting } = this.deliveries;
		if (started.includes(this.key)) return 'started';
		const start = starting.get(this.key);
		return start === undefined || isOver(start) ? 'new' : 'starting';
	}

	/** To be called before n8n starts the execution. */
	noteStarting(response: Answer): void {
		const { starting } = this.deliveries;
		// Starts that failed after the sender had gone are noticed by nobody: they are cleared away here.
		for (const [key, start] of starting) {
			if (!isOver(start)) break;
			starting.delete(key);
		}
		starting.set(this.key, { response, since: Date.now() });
	}

	/** To be called once the execution has started; from here on n8n saves the static data. */
	noteStarted(): void {
		const { started, starting } = this.deliveries;
		starting.delete(this.key);
		if (!started.includes(this.key)) started.push(this.key);
		started.splice(0, started.length - REMEMBERED_DELIVERIES);
		// The lists themselves and not copies: by the time they are written, more may have arrived.
		const lists = [...this.triggers].map(([id, deliveries]) => [id, deliveries.started]);
		this.staticData.magicHourDeliveries = {
			workflow: this.workflowId,
			started: Object.fromEntries(lists),
		} satisfies Stored;
	}

	/** To be called when n8n answered that it could not start the execution. */
	noteNotStarted(): void {
		this.deliveries.starting.delete(this.key);
	}

	/** Adds what another process (queue mode, an earlier run) has stored. */
	private readStored(): void {
		const stored = this.staticData.magicHourDeliveries as Stored | undefined;
		if (stored?.workflow !== this.workflowId) return;
		for (const [nodeId, keys] of Object.entries(stored.started)) {
			const { started } = this.deliveriesOf(nodeId);
			const known = new Set(started);
			started.unshift(...keys.filter((key) => !known.has(key)));
			started.splice(0, started.length - REMEMBERED_DELIVERIES);
		}
	}

	private deliveriesOf(nodeId: string): Deliveries {
		const deliveries = this.triggers.get(nodeId) ?? { started: [], starting: new Map() };
		this.triggers.set(nodeId, deliveries);
		return deliveries;
	}
}

/**
 * Whether n8n has answered without starting the execution, or never will answer. A connection that the sender
 * has closed emits no `finish`, so the state of the response is all that tells.
 */
const isOver = ({ response, since }: Start): boolean =>
	response.writableEnded || Date.now() - since > LONGEST_START;

/** Short and of one length, whatever the vendor's ids look like: 72 bits of a SHA-256. */
function keyOf(event: string, projectId: string): string {
	return createHash('sha256').update(`${event} ${projectId}`).digest('base64url').slice(0, 12);
}
