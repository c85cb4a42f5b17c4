import type { Clock } from './clock';
import { isOutage, isRateLimit, type Failure } from './failures';
import { Lane, NOT_SENT, type Sent } from './lane';
import type { RequestKind } from './requestPolicy';
import { RetryBudget } from './retryBudget';
import { Seat, type SeatOptions, type Turns } from './seat';
import type { Answer } from './transport';
import type { Turn, Waiting } from './turnQueue';

/**
 * Gives their turn to all requests of all runs that share a base URL and a key: the one place that knows how fast the
 * server takes them. `429` on any of them is back-pressure and no failure: everything pauses, and what was refused is sent
 * again. The rate is learned for creations and for all others by itself ({@link Lane}), because a limit may be on
 * creations alone. Many answers of a service that is down are back-pressure too.
 *
 * The pattern is that of TCP and of the adaptive retry modes of cloud SDKs.
 */
export class Governor implements Turns {
	private readonly creations: Lane;
	private readonly others: Lane;
	private readonly budget = new RetryBudget();
	private readonly seats = new Set<Seat>();
	/** When something may be sent, or is to be given up, though no answer comes. */
	private nextMoment = Infinity;
	private watchedMoment = Infinity;
	private asked = 0;

	/**
	 * @param random a number from 0 to 1, for jitter
	 * @param onUnused called when the last run has left
	 */
	constructor(
		readonly clock: Clock,
		random: () => number,
		private readonly onUnused: () => void,
	) {
		this.creations = new Lane(random, () => this.others);
		this.others = new Lane(random, () => this.creations);
	}

	/** A place for a run, which has to leave it in the end. */
	join(options: SeatOptions): Seat {
		const seat = new Seat(this, options);
		this.seats.add(seat);
		return seat;
	}

	leave(seat: Seat): void {
		this.dismiss(seat);
		this.seats.delete(seat);
		if (this.seats.size === 0) this.onUnused();
	}

	/** Ends the waiting of all requests of a run. */
	dismiss(seat: Seat): void {
		for (const lane of this.lanes) {
			for (const { resolve, tried } of lane.queue.remove(({ owner }) => owner === seat))
				resolve({ failure: NOT_SENT, tries: tried });
		}
		this.dispatch();
	}

	laneOf(request: RequestKind): Lane {
		return request === 'createLipSync' ? this.creations : this.others;
	}

	/** The place of one more request in the order of all. */
	nextNumber(): number {
		return this.asked++;
	}

	/** Resolves when a request may be sent, which counts as sent then, or when it is to be given up. */
	async turn(lane: Lane, waiting: Omit<Waiting, 'resolve' | 'probesBefore'>): Promise<Turn> {
		return await new Promise<Turn>((resolve) => {
			lane.enter({ ...waiting, resolve }, this.clock.now());
			this.dispatch();
		});
	}

	/** Takes back a turn that is not used. */
	withdraw(lane: Lane, sent: Sent): void {
		lane.withdraw(sent);
		this.dispatch();
	}

	/** Sends a request whose turn it is, and reads its answer as a signal. */
	async attempt<T>(lane: Lane, sent: Sent, once: () => Promise<Answer<T>>): Promise<Answer<T>> {
		let failure: Failure | undefined;
		try {
			const answer = await once();
			if (!answer.ok) ({ failure } = answer);
			return answer;
		} finally {
			if (failure !== undefined && (isRateLimit(failure) || isOutage(failure)))
				this.noteFailure(lane, sent, failure);
			else this.notePassed(lane, sent);
			this.dispatch();
		}
	}

	private get lanes(): Lane[] {
		return [this.creations, this.others];
	}

	private notePassed(lane: Lane, sent: Sent): void {
		this.budget.earn();
		lane.passed(sent, this.clock.now());
		if (lane === this.creations) this.tell();
	}

	private noteFailure(lane: Lane, sent: Sent, failure: Failure): void {
		const now = this.clock.now();
		const cause = isRateLimit(failure) ? 'limit' : 'down';
		const asked = failure.kind === 'refused' ? (failure.retryAfterSeconds ?? 0) : 0;
		lane.failed(sent, failure, now);
		if (!lane.isNews(sent)) return lane.prolong(asked, now);
		if (cause === 'down' && !sent.isProbe && this.budget.spend()) return;

		const opensAt = lane.close(cause, asked, now);
		// A probe that is refused says nothing new to the other lane.
		if (!sent.isProbe) {
			for (const other of this.lanes)
				if (other !== lane) other.closeAlong(cause, failure, opensAt, now);
		}
		this.tell();
	}

	private tell(): void {
		const { isLimited, allowance } = this.creations;
		if (!isLimited) return;
		const perMinute = allowance.isKnown ? allowance.perMinute : undefined;
		for (const { options } of this.seats) options.onLimit?.(perMinute);
	}

	/** Gives a turn to all who may have one, and ends the waiting of those who have waited for too long. */
	private dispatch(): void {
		const now = this.clock.now();
		this.nextMoment = Infinity;
		for (const lane of this.lanes) {
			lane.giveUp(now);
			while (!lane.queue.isEmpty) {
				const at = lane.nextAt(now);
				if (at > now) {
					this.nextMoment = Math.min(this.nextMoment, at, lane.nextGivenUpAt);
					break;
				}
				lane.queue.take()!.resolve({ sent: lane.send(now) });
			}
		}
		void this.watch();
	}

	/** Dispatches again when the next moment has come. One that comes nearer has a watch of its own. */
	private async watch(): Promise<void> {
		const moment = this.nextMoment;
		if (moment >= this.watchedMoment) return;
		this.watchedMoment = moment;
		const isNeeded = () => this.watchedMoment === moment && this.nextMoment < Infinity;
		await this.clock.pauseUntil(() => (isNeeded() ? moment : 0), NEVER);
		if (this.watchedMoment !== moment) return;
		this.watchedMoment = Infinity;
		this.dispatch();
	}
}

const NEVER = new AbortController().signal;
