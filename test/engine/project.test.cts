import { until } from '../../n8n/poll.cts';
import { EngineBed, items, JOB, node, NODE, VIDEO, WAITED_JOB, workflowOf } from './engineBed.cts';

describe('video projects', () => {
	let bed: EngineBed;
	beforeAll(async () => (bed = await EngineBed.start({ queueSeconds: 0, renderSeconds: 0.1 })));
	beforeEach(() => {
		bed.sandbox.reset();
		bed.sandbox.setScript(() => ({}));
	});
	afterAll(async () => await bed.stop());

	const LOCATORS = {
		id: (id: string) => ({ __rl: true, mode: 'id', value: id }),
		url: (id: string) => ({
			__rl: true,
			mode: 'url',
			value: `https://magichour.ai/my-library?tab=videos&videoId=${id}&ref=mail`,
		}),
	};

	/** A job, made by a run of its own. */
	async function existingJob() {
		await bed.run(workflowOf(items(1), { ...JOB, options: { name: 'Grüße: 你好/1' } }));
		return bed.sandbox.jobs.at(-1)!.id;
	}

	/** The same, ended at once, however busy the machine is. */
	async function finishedJob(end: Parameters<typeof bed.sandbox.finish>[1] = {}) {
		bed.sandbox.setScript(() => ({ outcome: 'never' }));
		const id = await existingJob();
		bed.sandbox.finish(id, end);
		return id;
	}

	const onProject = (operation: string, id: string, parameters = {}) =>
		workflowOf(items(1), {
			resource: 'project',
			operation,
			projectId: LOCATORS.id(id),
			...parameters,
		});

	describe('get', () => {
		it.each(['id', 'url'] as const)('reads a project by its %s', async (mode) => {
			const id = await existingJob();
			const projectId = LOCATORS[mode](id);
			const ran = await bed.run(onProject('get', id, { projectId, simplify: false }));
			expect(ran.json()).toEqual([expect.objectContaining({ id, type: 'LIP_SYNC' })]);
			expect(ran.json()[0]).not.toHaveProperty('error');
		});

		it('shows the reason of a job that failed', async () => {
			const error = { code: 'no_source_face', message: 'No face' };
			const id = await finishedJob({ outcome: 'error', error });
			const ran = await bed.run(onProject('get', id, { simplify: false }));
			expect(ran.json()[0]).toMatchObject({ status: 'error', credits_charged: 0, error });
		});

		it('gives what people use, and the address of the video on the same level', async () => {
			const id = await finishedJob();
			const ran = await bed.run(onProject('get', id));
			expect(ran.json()).toEqual([
				{
					id,
					name: 'Grüße: 你好/1',
					status: 'complete',
					credits_charged: 30,
					video_url: expect.stringMatching(/^http/) as string,
					expires_at: expect.any(String) as string,
				},
			]);
		});

		it('gives the reason of a job that failed in the same way', async () => {
			const id = await finishedJob({
				outcome: 'error',
				error: { code: 'no_source_face', message: 'No face' },
			});
			const ran = await bed.run(onProject('get', id));
			expect(ran.json()).toEqual([
				{
					id,
					name: 'Grüße: 你好/1',
					status: 'error',
					credits_charged: 0,
					error: 'No face',
					code: 'no_source_face',
				},
			]);
		});

		it('says which project does not exist', async () => {
			const { error } = await bed.run(onProject('get', 'cm-unknown'));
			expect(error!.message).toBe('There is no video project cm-unknown for this API key');
			expect(error!.httpCode).toBe('404');
		});

		it.each(['', 'a b', '../account', 'https://magichour.ai/pricing', {}, ['a'], null, 7.5])(
			'refuses %j as an id from an expression, with no request',
			async (value) => {
				const projectId = { __rl: true, mode: 'id', value: '={{ $json.project }}' };
				const workflow = onProject('get', 'x', { projectId });
				workflow.pinData = { Start: [{ json: { project: value as never } }] };
				const { error } = await bed.run(workflow);
				expect(error!.message).toMatch(/^Video Project /);
				expect(bed.sandbox.requests).toHaveLength(0);
			},
		);
	});

	describe('wait', () => {
		it('waits for a job from elsewhere and downloads it', async () => {
			bed.sandbox.setScript(() => ({ renderSeconds: 0.5 }));
			const id = await existingJob();
			const ran = await bed.run(
				onProject('wait', id, { output: 'videoFile', options: { pollInterval: 0.1 } }),
			);
			const [output] = ran.items();
			expect(output!.json).toMatchObject({ id, status: 'complete' });
			expect(await bed.engine.content(output!.binary!.data!.id!)).toEqual(VIDEO);
		});

		it('asks at once, because the job may be finished already', async () => {
			const id = await finishedJob();
			const started = Date.now();
			const ran = await bed.run(onProject('wait', id));
			expect(ran.json()[0]!.status).toBe('complete');
			expect(Date.now() - started).toBeLessThan(2000);
		});
	});

	describe('download', () => {
		it('streams the result into n8n’s storage, byte for byte, with name, type and size', async () => {
			const id = await finishedJob();
			const ran = await bed.run(onProject('download', id, { options: { outputField: 'film' } }));
			const { film } = ran.items()[0]!.binary!;
			expect(film).toMatchObject({
				mimeType: 'video/mp4',
				fileName: 'Grüße 你好 1.mp4',
				fileExtension: 'mp4',
				bytes: VIDEO.length,
			});
			expect(await bed.engine.content(film!.id!)).toEqual(VIDEO);
			expect(ran.json()[0]).toMatchObject({ id, status: 'complete' });
		});

		it('asks for the file as it is, because a compressed one has another length', async () => {
			const id = await finishedJob();
			await bed.run(onProject('download', id));
			const [request] = bed.sandbox.requestsTo('download');
			expect(request!.headers['accept-encoding']).toBe('identity');
		});

		it('puts several downloads into fields of their own', async () => {
			bed.sandbox.setScript(() => ({ downloads: 3 }));
			const ran = await bed.run(
				workflowOf(items(1), {
					...WAITED_JOB,
					output: 'videoFile',
					options: { pollInterval: 0.05 },
				}),
			);
			expect(Object.keys(ran.items()[0]!.binary!)).toEqual(['data', 'data_2', 'data_3']);
		});

		it('gets a fresh address when one has expired', async () => {
			const id = await finishedJob();
			bed.sandbox.fail({ on: 'download', action: { status: 403, body: 'Expired' } });
			const ran = await bed.run(onProject('download', id));
			expect(ran.error).toBeUndefined();
			expect(bed.sandbox.requestsTo('getProject')).toHaveLength(2);
		});

		it.each(['truncated', 'stall', 'reset', 'hang', 'resetBefore'] as const)(
			'starts again when a download meets with %s',
			async (action) => {
				const id = await finishedJob();
				bed.sandbox.fail({ on: 'download', action });
				const ran = await bed.run(onProject('download', id));
				expect(await bed.engine.content(ran.items()[0]!.binary!.data!.id!)).toEqual(VIDEO);
			},
		);

		it('says so when a download falls silent again and again', async () => {
			const id = await finishedJob();
			bed.sandbox.fail({ on: 'download', action: 'stall', times: Infinity });
			const { error } = await bed.run(onProject('download', id));
			expect(error!.message).toMatch(/no answer came in time \(ETIMEDOUT\)/);
			expect(bed.sandbox.requestsTo('download')).toHaveLength(4);
		});

		it('leaves no connection open when it gets no file', async () => {
			const id = await finishedJob();
			await bed.run(onProject('download', id));
			const connections = () =>
				process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
			const before = connections();
			for (const status of [200, 403, 500]) {
				const headers = { 'content-type': 'text/plain' };
				const action = { status, headers, body: 'x'.repeat(5_000_000) };
				bed.sandbox.fail({ on: 'download', action });
				expect((await bed.run(onProject('download', id))).error).toBeUndefined();
			}
			await until('the connection to be closed', () => connections() <= before);
		});

		it('never shows the API key to the storage', async () => {
			const id = await finishedJob();
			await bed.run(onProject('download', id));
			for (const { headers } of bed.sandbox.requestsTo('download')) {
				expect(JSON.stringify(headers)).not.toContain(bed.sandbox.apiKey);
			}
		});

		it('says that a job which is not finished has nothing yet, and what to use', async () => {
			bed.sandbox.setScript(() => ({ outcome: 'never' }));
			const id = await existingJob();
			const { error } = await bed.run(onProject('download', id));
			expect(error!.message).toContain(`Job ${id} has nothing to download yet`);
			expect(error!.description).toContain('Wait');
		});
	});

	describe('delete', () => {
		it('deletes the video for good', async () => {
			const id = await finishedJob();
			const ran = await bed.run(onProject('delete', id));
			expect(ran.json()).toEqual([{ id, deleted: true }]);
			expect((await bed.run(onProject('get', id))).error!.httpCode).toBe('404');
		});

		it('takes a project for deleted whose deletion was not answered', async () => {
			const id = await finishedJob();
			bed.sandbox.fail({ on: 'deleteProject', action: 'reset' });
			const ran = await bed.run(onProject('delete', id));
			expect(ran.json()).toEqual([{ id, deleted: true }]);
		});

		it.each([429, 503])('does not take %i for a deletion that was not answered', async (status) => {
			bed.sandbox.fail({ on: 'deleteProject', action: { status, body: { message: 'Not now' } } });
			const { error } = await bed.run(onProject('delete', 'cm-unknown'));
			expect(bed.sandbox.requestsTo('deleteProject')).toHaveLength(2);
			expect(error!.message).toContain('There is no video project cm-unknown');
		});

		it('says so when there is nothing to delete', async () => {
			const { error } = await bed.run(onProject('delete', 'cm-unknown'));
			expect(error!.message).toContain('There is no video project cm-unknown');
		});
	});

	it('can follow a creation by its id', async () => {
		const workflow = workflowOf(items(2), JOB);
		workflow.nodes.push({
			...node('Await', 'n8n-nodes-magic-hour.magicHourLipSync', {
				resource: 'project',
				operation: 'wait',
				projectId: { __rl: true, mode: 'id', value: '={{ $json.id }}' },
				options: { pollInterval: 0.05 },
			}),
			credentials: { magicHourApi: { id: '1', name: 'Magic Hour' } },
		});
		workflow.connections[NODE] = { main: [[{ node: 'Await', type: 'main', index: 0 }]] };
		const ran = await bed.run(workflow);
		expect(ran.json(0, 'Await').map(({ id, status }) => [id, status])).toEqual(
			bed.sandbox.jobs.map(({ id }) => [id, 'complete']),
		);
	});
});

describe('video projects, where n8n keeps binary data in memory', () => {
	let bed: EngineBed;
	beforeAll(async () => {
		bed = await EngineBed.start({ queueSeconds: 0, renderSeconds: 0.1 }, 'default');
	});
	afterAll(async () => await bed.stop());

	it.each([undefined, 'stall'] as const)('downloads the result (fault: %s)', async (action) => {
		if (action) bed.sandbox.fail({ on: 'download', action });
		const parameters = { ...WAITED_JOB, output: 'videoFile' };
		const ran = await bed.run(workflowOf(items(1), parameters));
		const { data } = ran.items()[0]!.binary!.data!;
		expect(Buffer.from(data, 'base64')).toEqual(VIDEO);
	});
});
