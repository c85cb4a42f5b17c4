import { sleep } from 'n8n-workflow';

/** Longest time, in milliseconds, that an aborted pause goes on. */
const SLICE_MS = 200;

/** Waits `seconds`, or until `signal` aborts. */
export async function pause(seconds: number, signal: AbortSignal): Promise<void> {
	const end = Date.now() + seconds * 1000;
	await pauseUntil(() => end, signal);
}

/**
 * Waits until a moment that may come nearer meanwhile, or until `signal` aborts. It sleeps in slices because
 * the `sleep` that n8n gives to nodes cannot be interrupted, and one long sleep would leave a timer behind
 * after the node has ended.
 * @param moment milliseconds since the epoch
 */
export async function pauseUntil(moment: () => number, signal: AbortSignal): Promise<void> {
	for (
		let rest = moment() - Date.now();
		rest > 0 && !signal.aborted;
		rest = moment() - Date.now()
	) {
		await sleep(Math.min(SLICE_MS, rest));
	}
}
