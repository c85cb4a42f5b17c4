import type { Clock } from './clock';
import { isOutage, isRateLimit } from './failures';
import { NOT_SENT, type Lane, type Sent } from './lane';
import { mayRepeat, REQUEST_POLICY, secondsBeforeRetry, type RequestKind } from './requestPolicy';
import type { Outcome } from './sendWithRetries';
import type { Answer } from './transport';
import type { Turn, Waiting } from './turnQueue';

/** What a run brings along. */
export interface SeatOptions {
	/** Ends all waiting of the run. */
	signal: AbortSignal;
	/** Minutes for which a rate limit may let nothing through before the run gives up. */
	patienceMinutes: number;
	/**
	 * Called whenever a limit holds creations back, and whenever one gets through it.
	 * @param perMinute how many get through; undefined as long as that is not known
	 */
	onLimit?: (perMinute: number | undefined) => void;
}

/** What a request asks for beyond the policy of its kind. */
export interface SendOptions {
	/** How often it may be tried. */
	tries?: number;
	/** The moment from which nobody needs the answer any more. Until then, a limit alone does not end it. */
	until?: number;
}

/** What a seat needs of the governor it belongs to. */
export interface Turns {
	readonly clock: Clock;
	laneOf(request: RequestKind): Lane;
	nextNumber(): number;
	turn(lane: Lane, waiting: Omit<Waiting, 'resolve' | 'probesBefore'>): Promise<Turn>;
	withdraw(lane: Lane, sent: Sent): void;
	attempt<T>(lane: Lane, sent: Sent, once: () => Promise<Answer<T>>): Promise<Answer<T>>;
	dismiss(seat: Seat): void;
	leave(seat: Seat): void;
}

/** The place of one run among all that a governor serves. */
export class Seat {
	private readonly joinedAt: number;
	private readonly onAbort = () => this.turns.dismiss(this);

	constructor(
		private readonly turns: Turns,
		readonly options: SeatOptions,
	) {
		this.joinedAt = turns.clock.now();
		options.signal.addEventListener('abort', this.onAbort);
	}

	/** To be called when the run has ended. */
	leave(): void {
		this.options.signal.removeEventListener('abort', this.onAbort);
		this.turns.leave(this);
	}

	/**
	 * Sends a request until it gets through, may not be repeated, has used up its tries, or has waited for too long.
	 * One that is refused for the rate is sent again, and that does not count as a try.
	 * @param once one try; it must not throw
	 */
	async send<T>(
		request: RequestKind,
		once: () => Promise<Answer<T>>,
		{ tries = REQUEST_POLICY[request].tries, until = Infinity }: SendOptions = {},
	): Promise<Outcome<T>> {
		const { turns, joinedAt } = this;
		const { signal, patienceMinutes } = this.options;
		const lane = turns.laneOf(request);
		const waiting = {
			owner: this,
			number: turns.nextNumber(),
			tries,
			until,
			patienceMs: until < Infinity ? Infinity : patienceMinutes * 60_000,
			patientSince: joinedAt,
		};
		for (let tried = 0; ; ) {
			if (signal.aborted) return { ok: false, failure: NOT_SENT, tries: tried };
			const turn = await turns.turn(lane, { ...waiting, tried });
			if ('failure' in turn) return { ok: false, ...turn };
			if (signal.aborted) {
				turns.withdraw(lane, turn.sent);
				return { ok: false, failure: NOT_SENT, tries: tried };
			}
			const answer = await turns.attempt(lane, turn.sent, once);
			if (answer.ok) return answer;
			const { failure } = answer;
			if (isRateLimit(failure)) continue;
			tried++;
			if (tried >= tries || !mayRepeat(request, failure))
				return { ok: false, failure, tries: tried };
			// While the service is down, the pause of all is the one that counts.
			if (isOutage(failure) && lane.isDown) continue;
			const end = turns.clock.now() + secondsBeforeRetry(tried, failure) * 1000;
			await turns.clock.pauseUntil(() => end, signal);
		}
	}
}
