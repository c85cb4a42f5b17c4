import { setTimeout as sleep } from 'node:timers/promises';

import { EngineBed, items, JOB, WAITED_JOB, workflowOf } from './engineBed.cts';
import { url } from '../support/sources.cts';

describe('waiting for completion', () => {
	let bed: EngineBed;
	beforeAll(async () => (bed = await EngineBed.start()));
	beforeEach(() => {
		bed.sandbox.reset();
		bed.sandbox.setScript(() => ({}));
	});
	afterAll(async () => await bed.stop());

	it('gives the finished project, without an error that is null', async () => {
		const ran = await bed.run(workflowOf(items(1), WAITED_JOB));
		const [output] = ran.items();
		expect(output!.json).toMatchObject({
			id: bed.sandbox.jobs[0]!.id,
			status: 'complete',
			type: 'LIP_SYNC',
			credits_charged: 30,
			downloads: [{ url: expect.stringContaining(bed.sandbox.url) as string }],
		});
		expect(output!.json).not.toHaveProperty('error');
		expect(output!.pairedItem).toEqual({ item: 0 });
	});

	it('creates all items first, then awaits them together, and keeps their order', async () => {
		// The later an item, the sooner it is rendered.
		bed.sandbox.setScript((_, index) => ({ renderSeconds: 1.2 - index * 0.1 }));
		const ran = await bed.run(workflowOf(items(10), WAITED_JOB));
		const endpoints = bed.sandbox.requests.map(({ endpoint }) => endpoint);
		expect(endpoints.lastIndexOf('createLipSync')).toBeLessThan(endpoints.indexOf('getProject'));
		expect(ran.json().map(({ id }) => id)).toEqual(
			ran.items().map((_, index) => bed.sandbox.jobs[index]!.id),
		);
		expect(ran.items().map(({ pairedItem }) => pairedItem)).toEqual(
			items(10).map((_, item) => ({ item })),
		);
	});

	it('takes as long for 60 jobs as for the slowest, not as for all of them', async () => {
		bed.sandbox.setScript(() => ({ queueSeconds: 0, renderSeconds: 2 }));
		const started = Date.now();
		const ran = await bed.run(workflowOf(items(60), WAITED_JOB));
		expect(ran.items()).toHaveLength(60);
		expect((Date.now() - started) / 1000).toBeLessThan(60 * 2 * 0.1);
	});

	it('has at most `parallelRequests` creations under way at a time', async () => {
		bed.sandbox.fail({ on: 'createLipSync', action: { delaySeconds: 0.1 }, times: Infinity });
		await bed.run(workflowOf(items(12), { ...JOB, options: { parallelRequests: 3 } }));
		const times = bed.sandbox.requestsTo('createLipSync').map(({ at }) => at);
		const together = times.map((at) => times.filter((other) => Math.abs(other - at) < 50).length);
		expect(Math.max(...together)).toBe(3);
	});

	it('has ten status checks under way at a time for each creation', async () => {
		bed.sandbox.setScript(() => ({ queueSeconds: 0, renderSeconds: 0 }));
		bed.sandbox.fail({ on: 'getProject', action: { delaySeconds: 0.5 }, times: Infinity });
		const options = { pollInterval: 0.1, parallelRequests: 1 };
		await bed.run(workflowOf(items(30), { ...WAITED_JOB, options }));
		const times = bed.sandbox.requestsTo('getProject').map(({ at }) => at);
		const together = times.map((at) => times.filter((t) => t >= at && t < at + 450).length);
		expect(Math.max(...together)).toBe(10);
	});

	it('asks for the rest of a batch at the poll interval, once half of it has ended', async () => {
		const checksAfter = async (half: number[]) => {
			bed.sandbox.reset();
			const seconds = [...half, 5];
			bed.sandbox.setScript((_, job) => ({ queueSeconds: 0, renderSeconds: seconds[job] }));
			const options = { pollInterval: 0.1, parallelRequests: 3 };
			await bed.run(workflowOf(items(seconds.length), { ...WAITED_JOB, options }));
			const last = bed.sandbox.jobs.at(-1)!;
			return bed.sandbox
				.requestsTo('getProject')
				.filter(({ path, at }) => path.endsWith(last.id) && at > last.createdAt + 4000).length;
		};
		// A tenth of its age is almost half a second by then.
		expect(await checksAfter([])).toBeLessThanOrEqual(4);
		expect(await checksAfter([3, 3])).toBeGreaterThan(4);
	});

	it.each([
		['error', 'The render failed: No face can be seen (job {id})', 'no_source_face'],
		['canceled', 'The render was cancelled (job {id})', 'canceled'],
	] as const)(
		'fails an item whose job ends in “%s”, and says so',
		async (outcome, message, code) => {
			bed.sandbox.setScript(() => ({
				outcome,
				error: { code: 'no_source_face', message: 'No face can be seen' },
			}));
			const ran = await bed.run(workflowOf(items(1), WAITED_JOB));
			const { id } = bed.sandbox.jobs[0]!;
			expect(ran.status).toBe('error');
			expect(ran.error!.message).toBe(message.replace('{id}', id));
			expect(ran.error!.description).toContain('refunded');
			expect(ran.error!.context).toMatchObject({ itemIndex: 0, data: { id, code } });
		},
	);

	it('ends when the project was deleted by then, as far as the API says so', async () => {
		bed.sandbox.setScript(() => ({ outcome: 'never', queueSeconds: 0 }));
		const execution = bed.execute(workflowOf(items(1), WAITED_JOB));
		while (bed.sandbox.jobs.length === 0) await sleep(10);
		const [{ id, project }] = bed.sandbox.jobs as [(typeof bed.sandbox.jobs)[0]];
		bed.sandbox.fail({
			on: 'getProject',
			action: { status: 200, body: { ...project, enabled: false } },
		});
		const run = await execution.result;
		expect(run.data.resultData.error!.message).toBe(`Job ${id} was deleted`);
	});

	it('ends with the id and the last status when time is up', async () => {
		bed.sandbox.setScript(() => ({ outcome: 'never', queueSeconds: 0 }));
		const ran = await bed.run(
			workflowOf(items(1), {
				...WAITED_JOB,
				options: { pollInterval: 0.1, timeoutMinutes: 0.01 },
			}),
		);
		expect(ran.error!.message).toBe(
			`Job ${bed.sandbox.jobs[0]!.id} is not finished after 0.01 minutes; its last status is rendering`,
		);
		expect(ran.error!.description).toContain('Wait (Video Project)');
	});

	it.each([
		['status 500', { status: 500, body: { message: 'Oops' } }],
		['status 429', { status: 429, body: { message: 'Slow down' } }],
		['garbage', 'garbage'],
		['a reset', 'reset'],
		['no answer', 'hang'],
	] as const)('is not thrown off by status checks that fail with %s', async (_, action) => {
		bed.sandbox.fail({ on: 'getProject', action, times: 2 });
		const ran = await bed.run(workflowOf(items(1), WAITED_JOB));
		expect(ran.error).toBeUndefined();
		expect(ran.json()[0]!.status).toBe('complete');
	});

	it.each([401, 403, 404])(
		'ends at once when a status check gives the final answer %i',
		async (status) => {
			bed.sandbox.fail({
				on: 'getProject',
				action: { status, body: { message: 'No' } },
				times: 9,
			});
			const ran = await bed.run(workflowOf(items(1), WAITED_JOB));
			expect(ran.error!.context).toMatchObject({ data: { id: bed.sandbox.jobs[0]!.id } });
			expect(bed.sandbox.requestsTo('getProject')).toHaveLength(1);
		},
	);

	describe('a failed job among good ones keeps its id', () => {
		beforeEach(() =>
			bed.sandbox.setScript((_, index) => ({ outcome: index === 1 ? 'error' : 'complete' })),
		);
		const failed = () => bed.sandbox.jobs[1]!.id;

		it('in the regular output', async () => {
			const ran = await bed.run(
				workflowOf(items(3), WAITED_JOB, { onError: 'continueRegularOutput' }),
			);
			expect(ran.json().map(({ id }) => id)).toEqual(bed.sandbox.jobs.map(({ id }) => id));
			expect(ran.json()[1]).toMatchObject({ error: expect.stringContaining(failed()) as string });
		});

		it('in the error output, beside the fields of its input item', async () => {
			const ran = await bed.run(
				workflowOf(items(3), WAITED_JOB, { onError: 'continueErrorOutput' }),
			);
			expect(ran.json(0).map(({ id }) => id)).toEqual(
				[0, 2].map((index) => bed.sandbox.jobs[index]!.id),
			);
			expect(ran.json(1)).toEqual([
				expect.objectContaining({
					id: failed(),
					number: 1,
					error: expect.stringContaining(failed()) as string,
				}),
			]);
		});

		it('in the thrown error, beside the ids of the others', async () => {
			const { error } = await bed.run(workflowOf(items(3), WAITED_JOB));
			expect(error!.message).toContain(failed());
			expect(error!.description).toContain(bed.sandbox.jobs[0]!.id);
			expect(error!.description).toContain(bed.sandbox.jobs[2]!.id);
			expect(error!.context).toMatchObject({ itemIndex: 1 });
		});
	});

	it('tells the editor how far it is, in manual runs', async () => {
		const messages: unknown[] = [];
		await bed.run(workflowOf(items(2), WAITED_JOB), {
			onMessage: (_, data) => messages.push(data),
		});
		expect(JSON.stringify(messages)).toContain('Magic Hour: ');
	});

	it('says in a hint what was estimated, where Magic Hour has charged something else', async () => {
		bed.sandbox.setScript(() => ({ fps: 24 }));
		const hintsOf = async (parameters: object) =>
			(await bed.run(workflowOf(items(1), { ...WAITED_JOB, ...parameters }))).task()!.hints;
		expect(await hintsOf({})).toEqual([
			{ message: '24 credits charged (estimate: 30).', location: 'outputPane' },
		]);
		bed.sandbox.setScript(() => ({ fps: 30 }));
		expect((await hintsOf({})) ?? []).toEqual([]);
	});

	it('says so in the sum of a batch', async () => {
		bed.sandbox.setScript(() => ({ fps: 24 }));
		const ran = await bed.run(workflowOf(items(2), WAITED_JOB));
		expect(ran.task()!.hints).toEqual([
			{
				message: '2 lip sync jobs, 48 credits charged (estimate: 60).',
				location: 'outputPane',
			},
		]);
	});

	it('counts one job as one', async () => {
		const audio = url('={{ $json.number === 0 ? "https://example.com/voice.mp3" : "" }}');
		const ran = await bed.run(
			workflowOf(items(2), { ...WAITED_JOB, audio }, { onError: 'continueRegularOutput' }),
		);
		expect(ran.task()!.hints).toMatchObject([
			{ message: '1 lip sync job, 30 credits charged, 1 of 2 items failed.' },
		]);
	});

	it('sums up a batch in a hint, and names the jobs in the execution’s custom data', async () => {
		bed.sandbox.setScript((_, index) => ({ outcome: index === 1 ? 'error' : 'complete' }));
		const ran = await bed.run(
			workflowOf(items(3), WAITED_JOB, { onError: 'continueRegularOutput' }),
		);
		expect(ran.task()!.hints).toEqual([
			{
				message: '3 lip sync jobs, 60 credits charged, 1 of 3 items failed.',
				location: 'outputPane',
			},
		]);
		expect(ran.run.data.resultData.metadata).toEqual({
			magic_hour_jobs: bed.sandbox.jobs.map(({ id }) => id).join(','),
		});
	});
});
