import { sleep } from 'n8n-workflow';

/** Longest time, in milliseconds, that an aborted pause still lasts. */
const SLICE_MS = 200;

/** Waits `seconds`, or until `signal` aborts. */
export async function pause(seconds: number, signal: AbortSignal): Promise<void> {
	const end = Date.now() + seconds * 1000;
	await pauseUntil(() => end, signal);
}

/**
 * Waits until a moment that may be moved closer, or until `signal` aborts. It sleeps in slices because
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
		await (rest > SLICE_MS ? lastSlice({ moment, signal }) : sleep(rest));
	}
}

interface Pause {
	moment: () => number;
	signal: AbortSignal;
}

/** Pauses that have more than a slice before them, each with what ends its waiting for the last one. */
const waiting = new Map<Pause, () => void>();

/** Waits until the last slice of a pause begins, or its signal has aborted. */
async function lastSlice(pause: Pause): Promise<void> {
	const begins = new Promise<void>((resolve) => waiting.set(pause, resolve));
	if (waiting.size === 1) void watchAll();
	await begins;
}

/** One clock for all pauses: with a timer for each, ten thousand of them would take half a processor. */
async function watchAll(): Promise<void> {
	while (waiting.size > 0) {
		await sleep(SLICE_MS);
		const soon = Date.now() + SLICE_MS;
		for (const [pause, begin] of waiting) {
			if (pause.moment() > soon && !pause.signal.aborted) continue;
			waiting.delete(pause);
			begin();
		}
	}
}
