import { join } from 'node:path';

import fc from 'fast-check';
import type { INode } from 'n8n-workflow';

import type * as Limits from '../../nodes/magicHour/api/sizeLimits.ts';
import { ENDPOINTS, type Endpoint, type FaultAction } from '../../sandbox/types.cts';
import { EngineBed, items, WAITED_JOB, workflowOf } from '../engine/engineBed.cts';
import { SEED } from '../support/draw.cts';
import { liveBytes } from '../support/heap.cts';
import { unfair } from './fair.cts';

/**
 * Answers without a bound, of size or of time: `FUZZ=500 npx jest test/fuzz/unbounded` for a long run. One at a time,
 * because memory and time are what is measured.
 */
const CASES = Number(process.env.FUZZ ?? 15);

/** Seconds that each try of a request has here. */
const TIMEOUT = 0.4;
/** Seconds that a run may take: five tries of two requests, and what a busy machine adds. */
const DEADLINE = 10 * TIMEOUT + 20;
const MOST_BYTES = 64 * 1024 * 1024;

const megabytes = (count: number) => 'x'.repeat(count * 1_000_000);

const ACTIONS: fc.Arbitrary<FaultAction> = fc.oneof(
	fc.constantFrom<FaultAction>('bomb', 'endless', 'hang', 'stall'),
	fc.double({ min: 0.001, max: 1, noNaN: true }).map((dripSeconds) => ({ dripSeconds })),
	fc.record({
		// Not 429, which is waited out with patience: see test/engine/rateLimits.
		status: fc.constantFrom(200, 400, 401, 404, 500, 503),
		body: fc.oneof(
			fc.nat({ max: 12 }).map(megabytes),
			// No more: the sandbox, whose memory counts too, needs three times as much to send it.
			fc.nat({ max: 6 }).map((count) => ({ message: megabytes(count), code: megabytes(count) })),
			fc.nat({ max: 12 }).map((count) => ({ id: megabytes(count), status: 'complete' })),
		),
	}),
);

const READ = { resource: 'account', operation: 'get' };
const jobCalled = (name: string): INode['parameters'] => ({
	...WAITED_JOB,
	output: 'videoFile',
	options: { name, pollInterval: 0.2, timeoutMinutes: 0.01 },
});

/** A file may take as long as it needs, as long as bytes come. */
const takesItsTime = (on: Endpoint, action: FaultAction): boolean =>
	on === 'download' &&
	typeof action === 'object' &&
	'dripSeconds' in action &&
	action.dripSeconds <= TIMEOUT;

const CASE = fc
	.record({
		on: fc.constantFrom(
			...ENDPOINTS.filter(
				(endpoint) => !['upload', 'uploadUrls', 'deleteProject'].includes(endpoint),
			),
		),
		action: ACTIONS,
	})
	.filter(({ on, action }) => !takesItsTime(on, action));

describe(`an answer without a bound (SEED=${SEED})`, () => {
	let bed: EngineBed;
	beforeAll(async () => {
		bed = await EngineBed.start({ queueSeconds: 0, renderSeconds: 0.05 });
		// A result that never ends is bounded by its size alone, and 20 GB take longer than a test may.
		jest.requireActual<typeof Limits>(
			join(__dirname, '../../dist/nodes/magicHour/api/sizeLimits.js'),
		).SIZE_LIMITS.file = 10_000_000;
	});
	afterAll(async () => await bed.stop());

	/** Runs the operation that meets with it, and gives what was wrong. */
	async function attempt(on: Endpoint, action: FaultAction, name: string): Promise<string[]> {
		bed.sandbox.reset();
		bed.sandbox.fail({ on, action, times: Infinity });
		bed.shortenTimeouts(TIMEOUT);
		const before = liveBytes();
		let most = before;
		const watch = setInterval(() => (most = Math.max(most, liveBytes())), 200);
		const begun = performance.now();
		const parameters = on === 'getAccount' ? READ : jobCalled(name);
		const ran = await bed.run(workflowOf(items(1), parameters));
		clearInterval(watch);

		const wrong = unfair(ran, 1, bed.sandbox.apiKey);
		const seconds = (performance.now() - begun) / 1000;
		if (seconds > DEADLINE) wrong.push(`it took ${seconds} s`);
		if (most - before > MOST_BYTES) wrong.push(`it took ${most - before} bytes`);
		// A creation that was given up may arrive when the next case has begun.
		const jobs = bed.sandbox.jobs.filter(({ request }) => request.name === name);
		if (jobs.length > 1) wrong.push('it was paid for twice');
		return wrong;
	}

	it('ends within its deadline, in little memory, and in a sentence', async () => {
		const found: unknown[] = [];
		const cases = fc.sample(CASE, { seed: SEED, numRuns: CASES });
		for (const [index, { on, action }] of cases.entries()) {
			const wrong = await attempt(on, action, `case ${index}`);
			if (wrong.length > 0) found.push({ on, action: JSON.stringify(action).slice(0, 80), wrong });
		}
		expect(found).toEqual([]);
	}, 600_000);
});
