import { setTimeout as pause } from 'node:timers/promises';

import { type EngineBed, items, JOB, WAITED_JOB, workflowOf } from './engineBed.cts';
import { LIMIT, refused, startLimitedBed, TIME_SCALE } from './rateLimit.cts';

describe('a limit on requests', () => {
	let bed: EngineBed;
	beforeAll(async () => (bed = await startLimitedBed()));
	beforeEach(() => bed.sandbox.reset());
	afterAll(async () => await bed.stop());

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
