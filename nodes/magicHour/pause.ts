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
		await (rest > SLICE_MS ? lastSlice(moment, signal) : sleep(rest));
	}
}

interface Pause {
	moment: () => number;
	/** Ends its waiting for the last slice. */
	begin: () => void;
}

/** Pauses that have more than a slice before them, by the signal that ends them. */
const waiting = new Map<AbortSignal, Set<Pause>>();

/** Waits until the last slice of a pause begins, or its signal has aborted. */
async function lastSlice(moment: () => number, signal: AbortSignal): Promise<void> {
	const isFirst = waiting.size === 0;
	const pauses = waiting.get(signal) ?? new Set();
	waiting.set(signal, pauses);
	const begins = new Promise<void>((begin) => pauses.add({ moment, begin }));
	if (isFirst) void watchAll();
	await begins;
}

/** One clock for all pauses: with a timer for each, ten thousand of them would take half a processor. */
async function watchAll(): Promise<void> {
	while (waiting.size > 0) {
		await sleep(SLICE_MS);
		const soon = Date.now() + SLICE_MS;
		for (const [signal, pauses] of waiting) {
			const isOver = signal.aborted;
			for (const pause of pauses) {
				if (!isOver && pause.moment() > soon) continue;
				pauses.delete(pause);
				pause.begin();
			}
			if (pauses.size === 0) waiting.delete(signal);
		}
	}
}
