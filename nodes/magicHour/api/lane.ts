import { Allowance, type Sibling } from './allowance';
import { isRateLimit, type Failure } from './failures';
import { LIMIT_PAUSES } from './requestPolicy';
import { TurnQueue, type Waiting } from './turnQueue';

/** Requests that are under way together at first. */
const FIRST_PLACES = 5;

/** Once a limit was met with, the number at a time grows with each success by this, and no longer by one. */
const CAREFUL_GROWTH = 0.5;

/** A request that was sent, until the lane was told how it ended. */
export interface Sent {
	at: number;
	/** How often the lane had been closed when it was sent. */
	closings: number;
	/** Whether it goes first after a pause. */
	isProbe: boolean;
}

/** Why a lane is closed: the server refuses for the rate, or it is down. */
export type Cause = 'limit' | 'down';

/**
 * Requests of one kind, and how fast they may be sent: as many at a time as TCP would have under way (slow start, then half
 * of it after each signal of congestion), in the pattern that the learned {@link Allowance} has room for. After a refusal
 * it is closed for a pause; then one request goes first, and the others follow if that one gets through.
 * All moments are milliseconds of one clock.
 */
export class Lane implements Sibling {
	readonly queue = new TurnQueue();
	readonly allowance = new Allowance();
	private underWay = 0;
	private lastEndAt = 0;
	private places = FIRST_PLACES;
	/** Up to this number, places grow with each success; beyond it, with each round of successes. */
	private threshold = Infinity;
	private closedBy?: Cause;
	private opensAt = 0;
	/** The latest moment that the server has asked to wait for. */
	private askedUntil = 0;
	private closings = 0;
	/** Closings in a row, without a request getting through in between. */
	private strikes = 0;
	private probeIsUnderWay = false;
	private failedProbes = 0;
	/** Whether it is closed for a refusal of its own, and not only along with another lane. */
	private wasRefused = false;
	/** Whether it ever was. */
	hasMetLimit = false;
	/** Since when a limit has let nothing through. */
	private limitedSince?: number;
	private lastFailure?: Failure;

	/**
	 * @param random a number from 0 to 1, for jitter
	 * @param sibling the other lane, whose limit may be the same
	 */
	constructor(
		private readonly random: () => number,
		private readonly sibling: () => Sibling,
	) {}

	get isClosed(): boolean {
		return this.closedBy !== undefined;
	}

	/** Whether it is closed because the service is down. */
	get isDown(): boolean {
		return this.closedBy === 'down';
	}

	/** Whether a limit holds requests back, by closing the lane or by spacing them out. */
	get isLimited(): boolean {
		return this.closedBy === 'limit' || this.allowance.isKnown;
	}

	/** A request begins to wait for its turn. */
	enter(waiting: Omit<Waiting, 'probesBefore'>, now: number): void {
		const isIdle = this.queue.isEmpty && this.underWay === 0;
		if (isIdle && now > this.lastEndAt + LIMIT_PAUSES.first * 1000) this.allowance.restart();
		this.queue.add({ ...waiting, probesBefore: this.failedProbes });
	}

	/** When the next request may be sent: now, at a later moment, or not before an answer comes (`Infinity`). */
	nextAt(now: number): number {
		if (this.isClosed) return this.probeIsUnderWay ? Infinity : this.opensAt;
		if (this.underWay >= Math.floor(this.places)) return Infinity;
		const at = this.allowance.nextAt;
		// After a wait with nothing under way, what was learned is tried with one request first.
		if (at > now && this.underWay === 0) this.places = 1;
		return at;
	}

	/** A request is being sent. */
	send(now: number): Sent {
		this.underWay++;
		this.allowance.sent(now);
		this.probeIsUnderWay ||= this.isClosed;
		return { at: now, closings: this.closings, isProbe: this.isClosed };
	}

	/** Its run ended before it was sent. */
	withdraw(sent: Sent): void {
		this.underWay--;
		this.allowance.refused(sent.at);
		if (sent.isProbe) this.probeIsUnderWay = false;
	}

	/** It got through to the service: it was answered, though perhaps with an error. */
	passed(sent: Sent, now: number): void {
		const isFull = this.underWay >= Math.floor(this.places);
		this.end(sent, now);
		this.limitedSince = undefined;
		// One that was closed again since then, along with another lane, stays closed.
		if (sent.isProbe && this.isNews(sent)) this.reopen(sent);
		else this.allowance.passed(now);
		if (this.isClosed || !isFull) return;
		const growth = this.threshold === Infinity ? 1 : CAREFUL_GROWTH;
		this.places += this.places < this.threshold ? growth : 1 / this.places;
	}

	/** It was refused for the rate, or the service is down. */
	failed(sent: Sent, failure: Failure, now: number): void {
		this.end(sent, now);
		this.allowance.refused(sent.at);
		this.lastFailure = failure;
		if (isRateLimit(failure)) this.wasRefused = this.hasMetLimit = true;
		if (sent.isProbe && this.isDown) this.failedProbes++;
	}

	/** Whether it tells something new. Requests that were under way when the lane was closed do not. */
	isNews(sent: Sent): boolean {
		return sent.closings === this.closings;
	}

	/**
	 * Closes it for a pause.
	 * @param askedSeconds what the server asks for; with 0, pauses double while refusals go on
	 * @returns the moment when it may be tried again
	 */
	close(cause: Cause, askedSeconds: number, now: number): number {
		const { first, longest } = LIMIT_PAUSES;
		const doubled = Math.min(longest, first * 2 ** this.strikes++);
		// Many servers must not knock in step.
		const seconds = askedSeconds > 0 ? 0 : doubled * (0.9 + this.random() / 5);
		this.shut(cause, now + seconds * 1000, now);
		this.prolong(askedSeconds, now);
		return this.opensAt;
	}

	/** Closes it along with another lane. */
	closeAlong(cause: Cause, failure: Failure, opensAt: number, now: number): void {
		this.lastFailure = failure;
		this.shut(cause, opensAt, now);
	}

	/** Keeps it closed for as long as the server asks for. */
	prolong(askedSeconds: number, now: number): void {
		if (!(askedSeconds > 0) || !this.isClosed) return;
		const { longestRetryAfter } = LIMIT_PAUSES;
		this.askedUntil = Math.max(this.askedUntil, now + askedSeconds * 1000);
		const jitter = 1 + this.random() / 50;
		const seconds = Math.min(askedSeconds, longestRetryAfter) * jitter;
		this.opensAt = Math.max(this.opensAt, now + seconds * 1000);
	}

	/** Takes out those who have waited for too long, and tells them why. */
	giveUp(now: number): void {
		for (const waiting of this.queue.remove((each) => this.isOver(each, now))) {
			const { tried, tries } = waiting;
			this.dismiss(waiting, this.isDown ? tries : tried);
		}
	}

	/** The moment at which the first of those who wait will have waited for too long. */
	get nextGivenUpAt(): number {
		let moment = Infinity;
		for (const waiting of this.queue) {
			moment = Math.min(moment, waiting.until, this.endOfPatience(waiting));
		}
		return moment;
	}

	private dismiss({ resolve }: Waiting, tries: number): void {
		resolve({ failure: this.lastFailure ?? NOT_SENT, tries });
	}

	private isOver(waiting: Waiting, now: number): boolean {
		if (now >= waiting.until) return true;
		// A wait that the server asks for, and that nobody will sit out, is not begun.
		if (Math.max(now, this.askedUntil) >= this.endOfPatience(waiting)) return true;
		// While it is down, one tries for all.
		const { tried, tries, probesBefore } = waiting;
		return this.failedProbes > probesBefore && tried + this.failedProbes >= tries;
	}

	private endOfPatience({ patienceMs, patientSince }: Waiting): number {
		if (this.limitedSince === undefined) return Infinity;
		return Math.max(this.limitedSince, patientSince) + patienceMs;
	}

	private shut(cause: Cause, opensAt: number, now: number): void {
		if (!this.isClosed) {
			this.threshold = Math.max(1, Math.floor(Math.min(this.places, this.underWay + 1) / 2));
			this.places = 1;
		}
		if (cause === 'limit') this.limitedSince ??= now;
		if (cause === 'limit' || !this.isDown) this.failedProbes = 0;
		this.closedBy = cause;
		this.closings++;
		this.opensAt = Math.max(this.opensAt, opensAt);
	}

	private reopen(sent: Sent): void {
		// What was not refused, or by a service that was down, says nothing of the limit.
		if (this.closedBy === 'limit' && this.wasRefused)
			this.allowance.reopened(sent.at, this.sibling());
		else this.allowance.restart();
		this.wasRefused = false;
		this.closedBy = undefined;
		this.opensAt = 0;
		this.askedUntil = 0;
		this.strikes = 0;
		this.failedProbes = 0;
	}

	private end(sent: Sent, now: number): void {
		this.underWay--;
		this.lastEndAt = now;
		if (sent.isProbe) this.probeIsUnderWay = false;
	}
}

/** For a request whose run ended before it was sent. */
export const NOT_SENT: Failure = { kind: 'notSent', code: 'stopped' };
