import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks until the answer is one, and returns it.
 * @param what what is waited for, named in the error when the time is up
 * @param ask returns `undefined` while there is no answer yet; may throw meanwhile
 * @param seconds when to give up
 */
export async function until<T>(
	what: string,
	ask: () => Promise<T | undefined> | T | undefined,
	seconds = 30,
): Promise<T> {
	const deadline = Date.now() + seconds * 1000;
	let lastError: unknown;
	for (;;) {
		try {
			const answer = await ask();
			if (answer !== undefined) return answer;
			lastError = undefined;
		} catch (error) {
			lastError = error;
		}
		if (Date.now() > deadline) {
			const reason = lastError instanceof Error ? ` Last answer: ${lastError.message}` : '';
			throw new Error(`After ${seconds} s still waiting for ${what}.${reason}`);
		}
		await sleep(100);
	}
}
