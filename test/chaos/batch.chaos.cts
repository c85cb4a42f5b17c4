import { setTimeout as pause } from 'node:timers/promises';

import { storedForRetry } from '../../engine/retry.cts';
import { limit } from '../../nodes/magicHour/concurrency.ts';
import { EngineBed, items, JOB, Ran, workflowOf } from '../engine/engineBed.cts';
import { batches, type Batch } from './batches.cts';
import { Books } from './books.cts';
import { SEED } from '../support/draw.cts';
import { Restarts, unleash } from './fates.cts';
import { collectGarbage } from '../support/heap.cts';

/**
 * Everything goes wrong at once, at random, in the real engine. `SEED=… npm run test:chaos` draws the same again,
 * `CHAOS=short` does it with fewer items.
 */
const { ITEMS, ROUNDS, ROUND_ITEMS } =
	process.env.CHAOS === 'short'
		? { ITEMS: 200, ROUNDS: 6, ROUND_ITEMS: 20 }
		: { ITEMS: 1000, ROUNDS: 10, ROUND_ITEMS: 100 };

const WORKFLOWS_AT_ONCE = 6;
/** How often a person retries a failed execution. */
const PATIENCE = 4;

const MEGABYTE = 2 ** 20;

console.log(`chaos: SEED=${SEED}`);

async function chaosBench(): Promise<EngineBed> {
	const bed = await EngineBed.start({ credits: 1e9, keepAliveSeconds: 0.02 });
	// A creation is given more time, because a slow machine must not look like a lost answer.
	bed.shortenTimeouts(1);
	bed.shortenTimeouts(10, 'createLipSync');
	return bed;
}

/** Sockets, servers, timers; a file that is being read at the moment is none of them. */
const openResources = () =>
	process.getActiveResourcesInfo().filter((kind) => !kind.startsWith('FSReq'));

/** What is open beyond what was; something of the process's own may have ended since. */
function openedSince(before: string[]): string[] {
	const left = [...before];
	return openResources().filter((kind) => {
		const known = left.indexOf(kind);
		if (known >= 0) left.splice(known, 1);
		return known < 0;
	});
}

describe('a thousand items, while everything goes wrong', () => {
	const accidents: string[] = [];
	const note = (what: unknown) => accidents.push(String((what as Error)?.stack ?? what));
	let bed: EngineBed;
	let before: string[];

	beforeAll(async () => {
		process.on('unhandledRejection', note).on('warning', note);
		// Once for what is loaded and opened once in a process.
		bed = await chaosBench();
		await bed.run(workflowOf(items(1), JOB));
		await bed.stop();
		before = openResources();
		bed = await chaosBench();
	});
	afterAll(() => {
		process.off('unhandledRejection', note).off('warning', note);
	});

	const jobsOf = (name: string) => bed.sandbox.jobs.filter(({ request }) => request.name === name);

	/** Runs a workflow as its owner would: failed executions are retried from the list. */
	async function live(batch: Batch): Promise<Books> {
		const books = new Books(batch, jobsOf);
		const execution = bed.execute(batch.workflow);
		const stop = new AbortController();
		if (batch.stopAfter !== undefined) {
			void pause(batch.stopAfter * 1000, undefined, { signal: stop.signal })
				.then(execution.cancel)
				.catch(() => undefined);
		}
		let ran = new Ran(await execution.result);
		stop.abort();
		for (let patience = PATIENCE; ; patience--) {
			if (ran.error === undefined) {
				books.checkOutputs(ran);
				return books;
			}
			books.checkError(ran);
			// n8n does not retry what a person has stopped.
			if (patience === 0 || ran.error.message.startsWith('The execution was stopped')) return books;
			ran = await bed.run(batch.workflow, { mode: 'retry', resume: storedForRetry(ran.run) });
		}
	}

	async function liveAll(all: Batch[]): Promise<Books[]> {
		unleash(bed.sandbox);
		const restarts = new Restarts(bed.sandbox);
		const places = limit(WORKFLOWS_AT_ONCE);
		const books = await Promise.all(all.map(async (batch) => places(async () => live(batch))));
		await restarts.stop();
		bed.sandbox.clearFaults();
		return books;
	}

	it('pays once for each, and tells of every job that is paid for', async () => {
		const all = batches(ITEMS, 'main');
		const books = await liveAll(all);
		const totals = { succeeded: 0, failedWithJob: 0, jobMayExist: 0, failed: 0 };
		for (const { said } of books) {
			for (const key of Object.keys(totals) as Array<keyof typeof totals>) totals[key] += said[key];
		}
		const { jobs, requests } = bed.sandbox;
		console.log(
			`chaos: SEED=${SEED} ${all.length} workflows, ${ITEMS} items, ${requests.length} requests, ${jobs.length} jobs, ${JSON.stringify(totals)}`,
		);
		expect(books.flatMap(({ faults }) => faults)).toEqual([]);
		// Otherwise the run has tried nothing.
		expect(jobs.length).toBeGreaterThan(ITEMS / 4);
	});

	it(`keeps no memory over ${ROUNDS} rounds`, async () => {
		const heap: number[] = [];
		for (let round = 0; round < ROUNDS; round++) {
			bed.sandbox.reset();
			const books = await liveAll(batches(ROUND_ITEMS, `round ${round}`));
			expect(books.flatMap(({ faults }) => faults)).toEqual([]);
			bed.sandbox.reset();
			collectGarbage();
			heap.push(process.memoryUsage().heapUsed / MEGABYTE);
		}
		console.log(`chaos: SEED=${SEED} heap in MB ${heap.map((size) => size.toFixed(1)).join(' ')}`);
		const third = Math.ceil(ROUNDS / 3);
		const smallest = (sizes: number[]) => Math.min(...sizes);
		expect(smallest(heap.slice(-third)) - smallest(heap.slice(1, 1 + third))).toBeLessThan(5);
	});

	it('leaves nothing open behind, and nothing went wrong unseen', async () => {
		await bed.stop();
		const deadline = Date.now() + 20_000;
		while (openedSince(before).length > 0 && Date.now() < deadline) await pause(100);
		expect(openedSince(before)).toEqual([]);
		expect(accidents).toEqual([]);
	});
});
