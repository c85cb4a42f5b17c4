import { Refusal } from './answer.cts';
import type { Endpoint, RateLimit } from './types.cts';

/** Counts what a client sends against a limit; all moments are milliseconds of one clock. */
export interface Limiter {
	/** @returns undefined for a request that is within the limit, else the seconds until the next one is */
	take(now: number): number | undefined;
}

/** So many requests in each window, which begins with the first request after the one before. */
function fixedWindow({ requests, seconds }: RateLimit): Limiter {
	let endsAt = -Infinity;
	let taken = 0;
	return {
		take: (now) => {
			if (now >= endsAt) {
				endsAt = now + seconds * 1000;
				taken = 0;
			}
			if (taken === requests) return (endsAt - now) / 1000;
			taken++;
			return undefined;
		},
	};
}

/** A bucket that holds so many tokens, and is filled evenly, from empty to full in so many seconds. */
function tokenBucket({ requests, seconds }: RateLimit): Limiter {
	const perMillisecond = requests / seconds / 1000;
	let tokens = requests;
	let filledAt = -Infinity;
	return {
		take: (now) => {
			tokens = Math.min(requests, tokens + Math.max(0, now - filledAt) * perMillisecond);
			filledAt = now;
			if (tokens < 1) return (1 - tokens) / perMillisecond / 1000;
			tokens--;
			return undefined;
		},
	};
}

const LIMITERS = { 'fixed-window': fixedWindow, 'token-bucket': tokenBucket };

export const limiterOf = (limit: RateLimit): Limiter =>
	LIMITERS[limit.kind ?? 'fixed-window'](limit);

const STORAGE: readonly Endpoint[] = ['upload', 'download'];

/** Refuses requests to the API that are too many. */
export class RateGate {
	private limit?: RateLimit;
	private limiter?: Limiter;

	/** @param limit undefined: as many as anybody likes */
	set(limit: RateLimit | undefined): void {
		this.limit = limit;
		this.limiter = limit && limiterOf(limit);
	}

	/** Counts from zero again. */
	reset(): void {
		this.set(this.limit);
	}

	/** @throws Refusal 429 */
	demandRoom(endpoint: Endpoint): void {
		const { limit, limiter } = this;
		if (!limit || !limiter || STORAGE.includes(endpoint)) return;
		if ((limit.on ?? 'creations') === 'creations' && endpoint !== 'createLipSync') return;
		const seconds = limiter.take(Date.now());
		if (seconds === undefined) return;
		const headers = limit.retryAfter ? { 'retry-after': String(Math.ceil(seconds)) } : undefined;
		throw new Refusal(429, 'Too Many Requests', 'rate_limited', headers);
	}
}
