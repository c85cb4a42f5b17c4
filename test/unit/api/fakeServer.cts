import type { Failure } from '../../../nodes/magicHour/api/failures.ts';
import type { Answer } from '../../../nodes/magicHour/api/transport.ts';
import type { Limiter } from '../../../sandbox/rateLimit.cts';
import type { FakeTime } from './fakeTime.cts';

export const refusal = (status: number, retryAfterSeconds?: number): Failure => ({
	kind: 'refused',
	status,
	message: '',
	retryAfterSeconds,
});

export interface ServerOptions {
	limiter?: Limiter;
	retryAfter?: boolean;
	/** Seconds from a request to its answer. */
	latency?: () => number;
	/** Why a request fails that arrives at this second; undefined: it does not. */
	outage?: (second: number) => Failure | undefined;
}

/** A server in simulated time. */
export class FakeServer {
	/** All requests, in the order of their arrival: seconds, and whether each was refused for the rate. */
	readonly requests: Array<{ item: string; at: number; answeredAt?: number; failure?: Failure }> =
		[];
	/** How often each item was made. */
	readonly made = new Map<string, number>();
	underWay = 0;
	mostUnderWay = 0;

	constructor(
		private readonly time: FakeTime,
		private readonly options: ServerOptions = {},
	) {}

	/** One request, as a client sends it. */
	send = async (item: string): Promise<Answer<string>> => {
		const { limiter, latency = () => 0.1, outage, retryAfter } = this.options;
		const record: (typeof this.requests)[0] = { item, at: this.time.seconds };
		this.requests.push(record);
		this.mostUnderWay = Math.max(this.mostUnderWay, ++this.underWay);
		const seconds = latency();
		await this.time.pass(seconds / 2);
		let failure = outage?.(this.time.seconds);
		if (failure === undefined && limiter !== undefined) {
			const rest = limiter.take(this.time.now());
			if (rest !== undefined) failure = refusal(429, retryAfter ? Math.ceil(rest) : undefined);
		}
		if (failure === undefined) this.made.set(item, (this.made.get(item) ?? 0) + 1);
		await this.time.pass(seconds / 2);
		this.underWay--;
		Object.assign(record, { answeredAt: this.time.seconds, failure });
		return failure === undefined ? { ok: true, status: 200, body: item } : { ok: false, failure };
	};

	get refused() {
		return this.requests.filter(
			({ failure }) => failure?.kind === 'refused' && failure.status === 429,
		);
	}
}
