import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds between two questions: short at first, because most answers come soon. */
const PAUSES = { first: 10, longest: 100 };

/**
 * Asks until the answer is one, and returns it.
 * @param what what is waited for, named in the error when the time is up
 * @param ask returns `undefined` or `false` while there is no answer yet; may throw until then
 * @param seconds when to give up
 */
export async function until<T>(
	what: string,
	ask: () => Promise<T> | T,
	seconds = 30,
): Promise<Exclude<T, undefined | false>> {
	const deadline = Date.now() + seconds * 1000;
	let lastError: unknown;
	for (let pause = PAUSES.first; ; pause = Math.min(2 * pause, PAUSES.longest)) {
		try {
			const answer = await ask();
			if (answer !== undefined && answer !== false) {
				return answer as Exclude<T, undefined | false>;
			}
			lastError = undefined;
		} catch (error) {
			lastError = error;
		}
		if (Date.now() > deadline) {
			const reason = lastError instanceof Error ? ` Last answer: ${lastError.message}` : '';
			throw new Error(`After ${seconds} s still waiting for ${what}.${reason}`);
		}
		await sleep(pause);
	}
}
