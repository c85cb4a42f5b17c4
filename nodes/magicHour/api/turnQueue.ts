import type { Failure } from './failures';
import type { Sent } from './lane';

/** That a request is to be sent now, or why it will not be. */
export type Turn = { sent: Sent } | { failure: Failure; tries: number };

/** A request that waits for its turn. */
export interface Waiting {
	/** The run that asks. */
	owner: object;
	/** Its place among the requests of that run; one that was refused keeps it. */
	number: number;
	/** How often it has failed so far, and how often it may. */
	tried: number;
	tries: number;
	/** The moment from which nobody needs it any more. */
	until: number;
	/** Milliseconds for which a rate limit may let nothing through, and the moment from which they count at the earliest. */
	patienceMs: number;
	patientSince: number;
	/** Failed probes of the lane when it began to wait. */
	probesBefore: number;
	resolve(turn: Turn): void;
}

/** Requests of several runs that wait: the runs in turn, and first come, first served within each. */
export class TurnQueue {
	/** In the order in which the runs have their turn. */
	private readonly byOwner = new Map<object, Waiting[]>();

	get isEmpty(): boolean {
		return this.byOwner.size === 0;
	}

	add(waiting: Waiting): void {
		const queue = this.byOwner.get(waiting.owner) ?? [];
		let place = queue.length;
		while (place > 0 && queue[place - 1]!.number > waiting.number) place--;
		queue.splice(place, 0, waiting);
		this.byOwner.set(waiting.owner, queue);
	}

	/** Takes the next one out; its run is the last in turn then. */
	take(): Waiting | undefined {
		for (const [owner, queue] of this.byOwner) {
			const next = queue.shift();
			this.byOwner.delete(owner);
			if (queue.length > 0) this.byOwner.set(owner, queue);
			return next;
		}
		return undefined;
	}

	/** All that wait. */
	*[Symbol.iterator](): Generator<Waiting> {
		for (const queue of this.byOwner.values()) yield* queue;
	}

	/** Takes out all for which `isOver` holds. */
	remove(isOver: (waiting: Waiting) => boolean): Waiting[] {
		const removed = [...this].filter(isOver);
		if (removed.length === 0) return removed;
		for (const [owner, queue] of this.byOwner) {
			const left = queue.filter((waiting) => !removed.includes(waiting));
			if (left.length > 0) this.byOwner.set(owner, left);
			else this.byOwner.delete(owner);
		}
		return removed;
	}
}
