/** What a measured process does for its task; see {@link serve}. */
export interface Work<Result> {
	/** Done once before the measurement: what a program that has been running for a while has behind it. */
	warmUp?: () => Promise<unknown>;
	run: () => Promise<Result>;
	end?: () => Promise<void>;
}

/** What the bench gets back. */
export interface Measurement<Result> {
	result: Result;
	/** Of `run` alone. */
	seconds: number;
	/** The most memory the process has had so far. */
	peakBytes: number;
}

export type Word =
	| { word: 'ready' }
	| { word: 'done'; measurement: Measurement<unknown> }
	| { word: 'failed'; message: string };

/**
 * Turns this process into a measured one: it takes a task from the bench, prepares, says that it is ready,
 * runs when it is told to, and reports.
 */
export function serve<Task, Result>(prepare: (task: Task) => Promise<Work<Result>>): void {
	const say = async (word: Word) =>
		await new Promise<void>((resolve) => process.send!(word, () => resolve()));
	let work: Work<Result>;

	const onMessage = async (message: { task: Task } | 'go') => {
		if (message !== 'go') {
			work = await prepare(message.task);
			await work.warmUp?.();
			return await say({ word: 'ready' });
		}
		const begin = performance.now();
		const result = await work.run();
		const seconds = (performance.now() - begin) / 1000;
		// Kilobytes on every system, whatever getrusage counts in.
		const peakBytes = process.resourceUsage().maxRSS * 1024;
		await work.end?.();
		await say({ word: 'done', measurement: { result, seconds, peakBytes } });
		process.disconnect();
	};
	process.on('message', (message: { task: Task } | 'go') => {
		onMessage(message).catch(async (error: Error) => {
			await say({ word: 'failed', message: error.stack ?? error.message });
			process.exit(1);
		});
	});
}
