import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startSandbox, type Sandbox } from '../../sandbox/index.cts';
import {
	builtInNodes,
	sequentialLoop,
	theNode,
	vendorSdk,
	type BatchContender,
	type BatchTask,
} from '../contenders/batch.cts';
import type { BatchRow } from '../results.cts';
import { rotated, sample } from '../statistics.cts';
import { BUILT_IN_LOOP, SDK_NAME, SEQUENTIAL, SETUP, THIS_NODE } from './names.cts';
import type { Surroundings } from './part.cts';

/** How a batch goes: what all contenders have in common. */
export interface Scenario {
	jobs: number;
	/** Seconds that each job renders, by its number. */
	renderSeconds: (job: number) => number;
	/** Renders and pauses are multiplied by it; the figures are given as if they had not been. */
	timeScale: number;
	/** Seconds that an answer is held back. */
	roundTrip: number;
}

/** What one run of a batch cost. Seconds are those of the unscaled batch. */
export interface BatchFigures {
	seconds: number;
	/** Of all kinds, per job. */
	requests: number;
	/** Status checks per job. */
	checks: number;
	/** Seconds from the end of a job to the status check that sees it: the mean of all jobs. */
	lag: number;
	/** Seconds from the end of the slowest job to the end of the batch. */
	endLag: number;
	peakBytes: number;
}

/** Takes one batch to its end, in a process and against a sandbox of its own. */
export async function measureBatch(
	contender: BatchContender,
	{ jobs, renderSeconds, timeScale, roundTrip }: Scenario,
	task: Pick<BatchTask, 'folder' | 'files' | 'options'>,
): Promise<BatchFigures> {
	const sandbox = await startSandbox(SETUP);
	try {
		const ready = await contender({ sandbox, jobs, timeScale, ...task });
		sandbox.reset();
		sandbox.setScript((_, job) => ({ renderSeconds: renderSeconds(job) * timeScale }));
		if (roundTrip > 0) sandbox.failBy(() => ({ action: { delaySeconds: roundTrip } }));
		const { seconds, peakBytes } = await ready.run();
		const end = Date.now();
		if (sandbox.jobs.length !== jobs) throw new Error(`${sandbox.jobs.length} of ${jobs} jobs`);

		const ends = sandbox.jobs.map(({ finishedAt }) => finishedAt!);
		const lags = lagsOf(sandbox);
		return {
			seconds: seconds / timeScale,
			requests: sandbox.requests.length / jobs,
			checks: sandbox.requestsTo('getProject').length / jobs,
			lag: lags.reduce((sum, lag) => sum + lag, 0) / lags.length / timeScale,
			endLag: (end - Math.max(...ends)) / 1000 / timeScale,
			peakBytes,
		};
	} finally {
		await sandbox.close();
	}
}

/** Seconds, of each job, until its last status check: nobody asks again once the end was seen. */
function lagsOf(sandbox: Sandbox): number[] {
	const lastChecks = new Map(
		sandbox.requestsTo('getProject').map(({ path, at }) => [path.split('/').at(-1)!, at]),
	);
	// A check that came just before the end may have been answered just after it.
	return sandbox.jobs.map(({ id, finishedAt }) =>
		Math.max(0, (lastChecks.get(id)! - finishedAt!) / 1000),
	);
}

/** A contender in one scenario. */
interface Entry {
	contender: string;
	start: BatchContender;
	options?: BatchTask['options'];
}

const RIVALS: Entry[] = [
	{ contender: THIS_NODE, start: theNode },
	{ contender: BUILT_IN_LOOP, start: builtInNodes },
	{ contender: SDK_NAME, start: vendorSdk },
];

/** Seconds. */
const SHORT_RENDER = 20;
/** Seconds: what the vendor states. */
const MEDIAN_RENDER = 229;
/** The fastest render takes this share less than the median, the slowest this share more. */
const SPREAD = 0.35;
const LARGEST_BATCH = 200;
/** Seconds. */
const DISTANT_ROUND_TRIP = 0.1;

/** Evenly between the fastest and the slowest, in an order that looks like chance and is always the same. */
const minutesLong = (job: number): number => {
	// 77 and 200 have no divisor in common, so every place is taken once.
	const place = ((job * 77) % LARGEST_BATCH) / (LARGEST_BATCH - 1);
	return MEDIAN_RENDER * (1 - SPREAD + 2 * SPREAD * place);
};

const short = (jobs: number, timeScale: number, roundTrip = 0): Scenario => ({
	jobs,
	renderSeconds: () => SHORT_RENDER,
	timeScale,
	roundTrip,
});

/** All batches, in all ways. */
export async function measureBatches({ folder, tell }: Surroundings): Promise<BatchRow[]> {
	const scratch = await mkdtemp(join(tmpdir(), 'bench-batch-'));
	const files = { audio: join(scratch, 'audio.mp3'), video: join(scratch, 'video.mp4') };
	for (const file of Object.values(files)) await writeFile(file, 'x'.repeat(1000));

	const once = async ({ start, options }: Entry, scenario: Scenario) =>
		await measureBatch(start, scenario, { folder, files, options });
	const rowOf = (
		scenario: BatchRow['scenario'],
		contender: string,
		jobs: number,
		limit: number,
		figures: BatchFigures[],
	): BatchRow => ({
		scenario,
		contender,
		jobs,
		limit,
		seconds: sample(figures.map(({ seconds }) => seconds)),
		requests: sample(figures.map(({ requests }) => requests)),
		checks: sample(figures.map(({ checks }) => checks)),
		lag: sample(figures.map(({ lag }) => lag)),
		endLag: sample(figures.map(({ endLag }) => endLag)),
		peakBytes: sample(figures.map(({ peakBytes }) => peakBytes)),
	});
	const inTurn = async (
		name: BatchRow['scenario'],
		entries: Entry[],
		scenario: Scenario,
		repeats: number,
	): Promise<BatchRow[]> => {
		const figures = new Map(entries.map((entry) => [entry, [] as BatchFigures[]]));
		for (let repeat = 0; repeat < repeats; repeat++) {
			for (const entry of rotated(entries, repeat)) {
				tell(`${scenario.jobs} jobs, ${entry.contender}, ${repeat + 1} of ${repeats}`);
				figures.get(entry)!.push(await once(entry, scenario));
			}
		}
		const limit = SHORT_RENDER + scenario.roundTrip;
		return entries.map((entry) =>
			rowOf(name, entry.contender, scenario.jobs, limit, figures.get(entry)!),
		);
	};

	try {
		const rows = [
			// Smaller batches at a quarter of the time load the machine as the large one does.
			...(await inTurn('short', RIVALS, short(10, 0.25), 2)),
			...(await inTurn('short', RIVALS, short(50, 0.25), 2)),
			...(await inTurn('short', RIVALS, short(LARGEST_BATCH, 1), 3)),
			...(await inTurn(
				'distant',
				[
					...RIVALS,
					{
						contender: `${THIS_NODE}, Parallel Requests 50`,
						start: theNode,
						options: { parallelRequests: 50 },
					},
				],
				short(LARGEST_BATCH, 1, DISTANT_ROUND_TRIP),
				1,
			)),
		];
		tell('renders of minutes: all at the same time, each with a sandbox of its own');
		const minutes = { jobs: LARGEST_BATCH, renderSeconds: minutesLong, timeScale: 1, roundTrip: 0 };
		const together = await Promise.all([
			...RIVALS.map(async (entry) =>
				rowOf('minutes', entry.contender, LARGEST_BATCH, MEDIAN_RENDER * (1 + SPREAD), [
					await once(entry, minutes),
				]),
			),
			// They hardly do anything, so they go along.
			...[10, 50, LARGEST_BATCH].map(async (jobs) =>
				rowOf('short', SEQUENTIAL, jobs, SHORT_RENDER, [
					await once({ contender: SEQUENTIAL, start: sequentialLoop }, short(jobs, 0.05)),
				]),
			),
		]);
		return [...rows, ...together];
	} finally {
		await rm(scratch, { recursive: true, force: true });
	}
}
