import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startSandbox, type Sandbox } from '../../sandbox/index.cts';
import {
	builtInNodes,
	SDK_POLL_INTERVAL,
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

/** The node with the SDK's own interval. */
const AS_OFTEN: Entry = {
	contender: `${THIS_NODE}, Poll Interval ${SDK_POLL_INTERVAL}`,
	start: theNode,
	options: { pollInterval: SDK_POLL_INTERVAL },
};

/** Seconds. */
const SHORT_RENDER = 20;
/**
 * Seconds, from the shortest to the longest. Who asks every three seconds sees an end at a multiple of three, and
 * would be lucky or not if every render took the same.
 */
const SHORT_RENDER_SPREAD = 3;
/** Seconds: what the vendor states. */
const MEDIAN_RENDER = 229;
/** The fastest render takes this share less than the median, the slowest this share more. */
const SPREAD = 0.35;
const LARGEST_BATCH = 200;
const ALIKE_BATCH = 50;
/** Seconds. */
const DISTANT_ROUND_TRIP = 0.1;

/** Evenly between the fastest and the slowest, in an order that looks like chance and is always the same. */
const minutesLong = (job: number): number => {
	// 77 and 200 have no divisor in common, so every place is taken once.
	const place = ((job * 77) % LARGEST_BATCH) / (LARGEST_BATCH - 1);
	return MEDIAN_RENDER * (1 - SPREAD + 2 * SPREAD * place);
};

/** A batch of short renders, which take equally long. */
const short = (
	jobs: number,
	timeScale: number,
	renderSeconds = SHORT_RENDER,
	roundTrip = 0,
): Scenario => ({ jobs, renderSeconds: () => renderSeconds, timeScale, roundTrip });

/** Seconds that short renders take, another time in each of so many repeats, {@link SHORT_RENDER} on average. */
const shortRenders = (repeats: number): number[] =>
	Array.from(
		{ length: repeats },
		(_, repeat) => SHORT_RENDER + SHORT_RENDER_SPREAD * ((repeat + 0.5) / repeats - 0.5),
	);

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
	/** Figures as if each render had taken {@link SHORT_RENDER}. */
	const inTurn = async (
		name: BatchRow['scenario'],
		entries: Entry[],
		repeats: number,
		scenarioOf: (renderSeconds: number) => Scenario,
	): Promise<BatchRow[]> => {
		const figures = new Map(entries.map((entry) => [entry, [] as BatchFigures[]]));
		for (const [repeat, renderSeconds] of shortRenders(repeats).entries()) {
			const scenario = scenarioOf(renderSeconds);
			for (const entry of rotated(entries, repeat)) {
				tell(`${scenario.jobs} jobs, ${entry.contender}, ${repeat + 1} of ${repeats}`);
				const measured = await once(entry, scenario);
				const seconds = measured.seconds - renderSeconds + SHORT_RENDER;
				figures.get(entry)!.push({ ...measured, seconds });
			}
		}
		const { jobs, roundTrip } = scenarioOf(SHORT_RENDER);
		return entries.map((entry) =>
			rowOf(name, entry.contender, jobs, SHORT_RENDER + roundTrip, figures.get(entry)!),
		);
	};

	try {
		const rows = [
			// Smaller batches at a quarter of the time load the machine as the large one does.
			...(await inTurn('short', [...RIVALS, AS_OFTEN], 3, (render) => short(10, 0.25, render))),
			...(await inTurn('short', [...RIVALS, AS_OFTEN], 3, (render) => short(50, 0.25, render))),
			...(await inTurn('short', [...RIVALS, AS_OFTEN], 3, (render) =>
				short(LARGEST_BATCH, 1, render),
			)),
			...(await inTurn('distant', [...RIVALS, AS_OFTEN], 3, (render) =>
				short(LARGEST_BATCH, 1, render, DISTANT_ROUND_TRIP),
			)),
		];
		tell('renders of minutes: all at the same time, each with a sandbox of its own');
		const unscaled = { timeScale: 1, roundTrip: 0 };
		const minutes = { jobs: LARGEST_BATCH, renderSeconds: minutesLong, ...unscaled };
		const alike = { jobs: ALIKE_BATCH, renderSeconds: () => MEDIAN_RENDER, ...unscaled };
		const together = await Promise.all([
			...RIVALS.map(async (entry) =>
				rowOf('minutes', entry.contender, LARGEST_BATCH, MEDIAN_RENDER * (1 + SPREAD), [
					await once(entry, minutes),
				]),
			),
			...RIVALS.map(async (entry) =>
				rowOf('alike', entry.contender, ALIKE_BATCH, MEDIAN_RENDER, [await once(entry, alike)]),
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
