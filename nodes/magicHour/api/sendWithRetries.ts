import { pause } from '../pause';
import type { Failure } from './failures';
import { mayRepeat, REQUEST_POLICY, secondsBeforeRetry, type RequestKind } from './requestPolicy';
import type { Answer } from './transport';

/** How a request ended after all its tries. */
export type Outcome<T> = { ok: true; body: T } | { ok: false; failure: Failure; tries: number };

/**
 * Sends a request until it succeeds, may not be repeated, has used up its tries, or the run was stopped.
 * @param send one try; it must be able to run again from the start
 */
export async function sendWithRetries<T>(
	request: RequestKind,
	signal: AbortSignal,
	send: (timeoutSeconds: number) => Promise<Answer<T>>,
): Promise<Outcome<T>> {
	const { tries, timeoutSeconds } = REQUEST_POLICY[request];
	for (let tried = 1; ; tried++) {
		const answer = await send(timeoutSeconds);
		if (answer.ok) return answer;
		const { failure } = answer;
		if (tried === tries || !mayRepeat(request, failure))
			return { ok: false, failure, tries: tried };
		await pause(secondsBeforeRetry(tried, failure), signal);
		if (signal.aborted) return { ok: false, failure, tries: tried };
	}
}
