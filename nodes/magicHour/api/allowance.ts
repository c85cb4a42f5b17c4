import { LIMIT_PAUSES } from './requestPolicy';

/** Share by which the period is first shortened while requests get through, once per period. */
const FIRST_GROWTH = 0.05;

/** What was measured is taken for this much longer, because moments are those of sending and not of arriving. */
const MARGIN = 1.02;

/** That share grows by this factor with each period without a refusal, so that a limit that was lifted is soon forgotten. */
const ACCELERATION = 1.5;

const LARGEST_GROWTH = 0.5;

/**
 * Where requests of another kind may share the limit, a measurement that is slower than before by the first factor is in
 * doubt, and one that is slower by more than the second one counts as slower by that.
 */
const DOUBTFUL = { from: 1.5, atMost: 2 };

/** Requests that are measured by at most. */
const LARGEST_QUOTA = 1000;

/** The share counts for so many requests at least, and at most. */
const ROUND = { smallest: 3, largest: 50 };

/** Requests of another kind. */
export interface Sibling {
	readonly allowance: Allowance;
	/** Whether one of them was ever refused for the rate. */
	readonly hasMetLimit: boolean;
}

/**
 * What a server seems to allow: so many requests in each period. The vendor publishes no number, so it is learned from
 * refusals: between two moments at which the limit gave way, as many got through as it allows in that time. A fixed
 * window, a sliding one and a token bucket all let the same pattern of requests through again, one period later.
 *
 * The period is shortened a little while everything gets through, and measured again at the next refusal.
 * All moments are milliseconds of one clock.
 */
export class Allowance {
	/** Moments of requests that were sent and not refused, oldest first. */
	private sends: number[] = [];
	/** How many of them belong to the measurement that is going on. */
	private counted = 0;
	private quota = Infinity;
	private periodMs = 0;
	private growth = FIRST_GROWTH;
	private rounds = 0;
	private lastPassedAt = 0;

	/** Whether a limit was met with. */
	get isKnown(): boolean {
		return this.quota < Infinity;
	}

	/** Requests per minute; infinite until a limit was met with. */
	get perMinute(): number {
		return 60_000 / this.msEach;
	}

	/** Milliseconds from one request to the next, on average; 0 until a limit was met with. */
	private get msEach(): number {
		return this.periodMs / this.quota;
	}

	/** The moment from which the next request fits the allowance; 0 where any moment does. */
	get nextAt(): number {
		if (this.sends.length < this.quota) return 0;
		return this.sends[this.sends.length - this.quota]! + this.periodMs;
	}

	/** A request is being sent. */
	sent(at: number): void {
		this.sends.push(at);
		this.counted++;
		if (this.sends.length <= 2 * LARGEST_QUOTA) return;
		this.sends = this.sends.slice(-LARGEST_QUOTA);
		this.counted = Math.min(this.counted, this.sends.length);
	}

	/** A request that was sent then was refused, and so used up nothing. */
	refused(sentAt: number): void {
		const index = this.sends.lastIndexOf(sentAt);
		if (index < 0) return;
		if (index >= this.sends.length - this.counted) this.counted--;
		this.sends.splice(index, 1);
	}

	/** A request got through. */
	passed(now: number): void {
		if (!this.isKnown) return;
		const round = Math.min(ROUND.largest, Math.max(ROUND.smallest, this.quota));
		const waited = (now - this.lastPassedAt) / (LIMIT_PAUSES.longest * 1000);
		const part = Math.min(1, Math.max(1 / round, waited));
		this.lastPassedAt = now;
		this.periodMs *= 1 - this.growth * part;
		this.rounds += part;
		if (this.rounds < 1) return;
		this.rounds = 0;
		this.growth = Math.min(LARGEST_GROWTH, this.growth * ACCELERATION);
	}

	/**
	 * After refusals, one request got through again.
	 * @param sentAt when that one was sent
	 * @param sibling other requests, whose limit may be the same
	 */
	reopened(sentAt: number, sibling: Sibling): void {
		const got = Math.min(this.counted - 1, this.quota, LARGEST_QUOTA);
		const msEachBefore = this.msEach;
		if (!this.isKnown && sibling.allowance.isKnown) {
			this.quota = sibling.allowance.quota;
			this.periodMs = sibling.allowance.periodMs;
		} else if (got > 0) {
			this.periodMs = MARGIN * (sentAt - this.sends[this.sends.length - 1 - got]!);
			this.quota = got;
		} else if (this.isKnown) {
			// Less than was thought, and nothing else to measure it by.
			this.periodMs *= 2;
		}
		// Where the limit is one for both, what the others used up is missing in what was measured.
		const isInDoubt =
			sibling.hasMetLimit && msEachBefore > 0 && this.msEach > DOUBTFUL.from * msEachBefore;
		if (isInDoubt)
			this.periodMs = Math.min(this.periodMs, DOUBTFUL.atMost * msEachBefore * this.quota);
		this.counted = 1;
		this.growth = isInDoubt ? LARGEST_GROWTH : FIRST_GROWTH;
		this.rounds = 0;
		this.lastPassedAt = sentAt;
	}

	/** Nothing was waiting for a while, or the service was down: what was counted so far measures nothing. */
	restart(): void {
		this.counted = 0;
	}
}
