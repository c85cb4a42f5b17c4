import { setTimeout as sleep } from 'node:timers/promises';

import { until } from '../sandbox/client.cts';
import { Bench, items, JOB, WAITED_JOB, workflowOf } from './support.cts';

describe('stopping the execution', () => {
	let bench: Bench;
	beforeAll(async () => {
		bench = await Bench.start();
		bench.shortenSilence(30);
	});
	beforeEach(() => {
		bench.sandbox.reset();
		bench.sandbox.setScript(() => ({ outcome: 'never' }));
	});
	afterAll(async () => await bench.stop());

	it('ends a wait within a second, sends nothing after, and names the jobs that go on', async () => {
		const execution = bench.execute(workflowOf(items(3), WAITED_JOB));
		await until(() => bench.sandbox.requestsTo('getProject').length >= 3);
		const stoppedAt = Date.now();
		execution.cancel();
		const run = await execution.result;
		expect(Date.now() - stoppedAt).toBeLessThan(1000);
		const sent = bench.sandbox.requests.length;
		await sleep(500);
		expect(bench.sandbox.requests).toHaveLength(sent);
		for (const { id } of bench.sandbox.jobs) {
			expect(run.data.resultData.error!.message).toContain(id);
			expect(run.data.resultData.metadata!.magic_hour_jobs).toContain(id);
		}
	});

	it('ends a wait at once although Retry On Fail is set', async () => {
		const settings = { retryOnFail: true, maxTries: 5, waitBetweenTries: 1 };
		const execution = bench.execute(workflowOf(items(1), WAITED_JOB, settings));
		await until(() => bench.sandbox.requestsTo('getProject').length >= 1);
		execution.cancel();
		const run = await execution.result;
		expect(run.data.resultData.error!.message).toContain(bench.sandbox.jobs[0]!.id);
		expect(bench.sandbox.jobs).toHaveLength(1);
	});

	it('does not wait for a creation that is not answered', async () => {
		bench.sandbox.fail({ on: 'createLipSync', action: 'hang' });
		const execution = bench.execute(workflowOf(items(1), JOB));
		await until(() => bench.sandbox.requestsTo('createLipSync').length === 1);
		const stoppedAt = Date.now();
		execution.cancel();
		await execution.result;
		expect(Date.now() - stoppedAt).toBeLessThan(1000);
	});

	it('creates no more jobs', async () => {
		bench.sandbox.fail({ on: 'createLipSync', action: { delaySeconds: 0.2 }, times: Infinity });
		const execution = bench.execute(
			workflowOf(items(20), { ...JOB, options: { parallelRequests: 2 } }),
		);
		await until(() => bench.sandbox.requestsTo('createLipSync').length >= 2);
		execution.cancel();
		await execution.result;
		const sent = bench.sandbox.requests.length;
		await sleep(500);
		expect(bench.sandbox.requests).toHaveLength(sent);
		expect(sent).toBeLessThanOrEqual(4);
	});

	it('leaves no listener on the execution’s signal', async () => {
		bench.sandbox.setScript(() => ({}));
		const add = jest.spyOn(AbortSignal.prototype, 'addEventListener');
		const remove = jest.spyOn(AbortSignal.prototype, 'removeEventListener');
		await bench.run(workflowOf(items(2), WAITED_JOB));
		const count = (spy: jest.SpyInstance) =>
			spy.mock.calls.filter(([type]) => type === 'abort').length;
		expect(count(remove)).toBe(count(add));
		jest.restoreAllMocks();
	});
});
