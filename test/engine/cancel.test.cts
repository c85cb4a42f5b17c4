import { setTimeout as sleep } from 'node:timers/promises';

import { until } from '../../n8n/poll.cts';
import { EngineBed, items, JOB, WAITED_JOB, workflowOf } from './engineBed.cts';

describe('stopping the execution', () => {
	let bed: EngineBed;
	beforeAll(async () => (bed = await EngineBed.start()));
	beforeEach(() => {
		bed.sandbox.reset();
		bed.sandbox.setScript(() => ({ outcome: 'never' }));
	});
	afterAll(async () => await bed.stop());

	it('ends a wait within a second, sends nothing after, and names the jobs that go on', async () => {
		// So that none is on its way, unseen, when the execution is stopped.
		bed.sandbox.fail({ on: 'getProject', action: 'hang', times: Infinity });
		const execution = bed.execute(workflowOf(items(3), WAITED_JOB));
		await until('three status checks', () => bed.sandbox.requestsTo('getProject').length === 3);
		const stoppedAt = Date.now();
		execution.cancel();
		const run = await execution.result;
		expect(Date.now() - stoppedAt).toBeLessThan(1000);
		const sent = bed.sandbox.requests.length;
		await sleep(500);
		expect(bed.sandbox.requests).toHaveLength(sent);
		for (const { id } of bed.sandbox.jobs) {
			expect(run.data.resultData.error!.message).toContain(id);
			expect(run.data.resultData.metadata!.magic_hour_jobs).toContain(id);
		}
	});

	it('ends a wait at once although Retry On Fail is set', async () => {
		const settings = { retryOnFail: true, maxTries: 5, waitBetweenTries: 1 };
		const execution = bed.execute(workflowOf(items(1), WAITED_JOB, settings));
		await until('a status check', () => bed.sandbox.requestsTo('getProject').length >= 1);
		execution.cancel();
		const run = await execution.result;
		expect(run.data.resultData.error!.message).toContain(bed.sandbox.jobs[0]!.id);
		expect(bed.sandbox.jobs).toHaveLength(1);
	});

	it('does not wait for a creation that is not answered', async () => {
		bed.sandbox.fail({ on: 'createLipSync', action: 'hang' });
		bed.shortenTimeouts(30);
		const execution = bed.execute(workflowOf(items(1), JOB));
		await until('a creation', () => bed.sandbox.requestsTo('createLipSync').length === 1);
		const stoppedAt = Date.now();
		execution.cancel();
		await execution.result;
		expect(Date.now() - stoppedAt).toBeLessThan(1000);
	});

	it('creates no more jobs', async () => {
		bed.sandbox.fail({ on: 'createLipSync', action: 'hang', times: Infinity });
		const execution = bed.execute(
			workflowOf(items(20), { ...JOB, options: { parallelRequests: 2 } }),
		);
		await until('two creations', () => bed.sandbox.requestsTo('createLipSync').length === 2);
		execution.cancel();
		await execution.result;
		await sleep(500);
		expect(bed.sandbox.requests).toHaveLength(2);
	});

	it('leaves no listener on the execution’s signal', async () => {
		bed.sandbox.setScript(() => ({}));
		const add = jest.spyOn(AbortSignal.prototype, 'addEventListener');
		const remove = jest.spyOn(AbortSignal.prototype, 'removeEventListener');
		await bed.run(workflowOf(items(2), WAITED_JOB));
		const count = (spy: jest.SpyInstance) =>
			spy.mock.calls.filter(([type]) => type === 'abort').length;
		expect(count(remove)).toBe(count(add));
		jest.restoreAllMocks();
	});

	it('names ten of many jobs, and says how many more there are', async () => {
		bed.sandbox.setScript(() => ({ outcome: 'never' }));
		const execution = bed.execute(workflowOf(items(25), WAITED_JOB));
		await until('25 status checks', () => bed.sandbox.requestsTo('getProject').length >= 25);
		execution.cancel();
		const { message } = (await execution.result).data.resultData.error!;
		const named = bed.sandbox.jobs.filter(({ id }) => message.includes(id));
		expect(named).toHaveLength(10);
		expect(message).toContain(' and 15 more');
	});
});
