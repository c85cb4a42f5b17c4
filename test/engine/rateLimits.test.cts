import { setTimeout as pause } from 'node:timers/promises';

import type { RateLimit, RecordedRequest } from '../../sandbox/index.cts';
import { EngineBed, items, JOB, WAITED_JOB, workflowOf } from './engineBed.cts';

/**
 * Limits on requests, as Magic Hour has them and does not publish them. 15 requests in 20 seconds, at a tenth of the time:
 * the node's own pauses are those of its users, divided by ten as well.
 */
const TIME_SCALE = 0.1;
const LIMIT: RateLimit = { requests: 15, seconds: 20 * TIME_SCALE };

const KINDS = [
	{ kind: 'fixed-window', retryAfter: false },
	{ kind: 'fixed-window', retryAfter: true },
	{ kind: 'token-bucket', retryAfter: false },
	{ kind: 'token-bucket', retryAfter: true },
] as const;

describe('a limit on requests', () => {
	let bed: EngineBed;
	beforeAll(async () => {
		bed = await EngineBed.start();
		bed.shortenLimitPauses(TIME_SCALE);
	});
	beforeEach(() => bed.sandbox.reset());
	afterAll(async () => await bed.stop());

	const refused = (requests: readonly RecordedRequest[]) =>
		requests.filter(({ status }) => status === 429);

	// How long it takes, and how many requests are refused in each window, is counted in simulated time, where no machine
	// is busy: test/unit/api/governor.test.cts.
	it.each([
		...KINDS.map((limit) => ({ count: 45, ...limit })),
		{ count: 200, ...KINDS[0], requests: 60 },
		{ count: 1000, ...KINDS[3], requests: 150 },
	])(
		'on creations, $kind, Retry-After $retryAfter: each of $count items has its one job, with few refusals',
		async ({ count, ...limit }) => {
			bed.sandbox.limitRate({ ...LIMIT, ...limit });
			const ran = await bed.run(workflowOf(items(count), JOB));
			expect(ran.error).toBeUndefined();
			expect(bed.sandbox.jobs).toHaveLength(count);
			expect(new Set(ran.json().map(({ id }) => id)).size).toBe(count);

			expect(refused(bed.sandbox.requests).length).toBeLessThan(count);
		},
		90_000,
	);

	it('on everything: each job is awaited, and most status checks get through', async () => {
		bed.sandbox.limitRate({ ...LIMIT, on: 'everything' });
		const options = { pollInterval: 3 * TIME_SCALE };
		const ran = await bed.run(workflowOf(items(45), { ...WAITED_JOB, options }));
		expect(ran.json().map(({ status }) => status)).toEqual(Array(45).fill('complete'));
		expect(bed.sandbox.jobs).toHaveLength(45);
		const checks = bed.sandbox.requestsTo('getProject');
		expect(refused(checks).length).toBeLessThan(checks.length / 2);
	}, 60_000);

	it('that two executions share: both finish, and neither waits for the other', async () => {
		bed.sandbox.limitRate(LIMIT);
		const ends = new Map<string, number>();
		const run = async (name: string, count: number) => {
			const ran = await bed.run(workflowOf(items(count), JOB));
			ends.set(name, Date.now());
			return ran.items().length;
		};
		const counts = await Promise.all([run('large', 60), run('small', 15)]);
		expect(counts).toEqual([60, 15]);
		expect(bed.sandbox.jobs).toHaveLength(75);
		expect(ends.get('small')!).toBeLessThan(ends.get('large')!);
	}, 60_000);

	it('is told to the editor, with the pace at which it continues', async () => {
		bed.sandbox.limitRate(LIMIT);
		const messages: unknown[] = [];
		await bed.run(workflowOf(items(45), JOB), {
			onMessage: (_, data) => messages.push(data),
		});
		expect(JSON.stringify(messages)).toMatch(
			/Magic Hour limits the rate: \d+ of 45 created, (continuing at \d+ per minute|waiting until it lets more through)/,
		);
	});

	it('is left behind at once by Stop', async () => {
		bed.sandbox.limitRate({ requests: 1, seconds: 600 });
		const execution = bed.execute(workflowOf(items(5), JOB));
		while (refused(bed.sandbox.requests).length < 4) await new Promise(setImmediate);
		execution.cancel();
		// Long before the limit lets another one through.
		const run = await execution.result;
		expect(run.data.resultData.error!.message).toContain(bed.sandbox.jobs[0]!.id);
		const sent = bed.sandbox.requests.length;
		await pause(500);
		expect(bed.sandbox.requests).toHaveLength(sent);
	});
});
