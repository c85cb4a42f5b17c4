import { copyFile, readFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import axios from 'axios';
import type { IDataObject } from 'n8n-workflow';
import { startChatModel } from '../chatModel.cts';
import { exampleNames, exampleWorkflow } from '../../../n8n/exampleWorkflows.cts';
import { listen, type Service } from '../../../n8n/listen.cts';
import type { Execution, StoredWorkflow } from '../../../n8n/rest.cts';
import { until } from '../../../n8n/poll.cts';
import { startSampleServer } from '../../../n8n/sampleServer.cts';
import { useServerBed } from '../serverBed.cts';
import { output, outputJson } from '../workflow.cts';

const samples = join(__dirname, '..', '..', '..', 'samples');
const bed = useServerBed();

// These are started by Magic Hour's webhooks: see the trigger's suite.
const tested = new Set([
	'notify-on-result',
	'resume-without-polling-create',
	'resume-without-polling-callback',
]);

/** Tests of one example workflow. */
function example(name: string, tests: () => void): void {
	tested.add(name);
	describe(name, tests);
}

/** Jobs are done in half a second here, so looking more often saves waiting. */
const soon = { options: { pollInterval: 0.1 } };

beforeAll(async () => {
	for (const file of ['talking-head.mp4', 'voice-over.mp3']) {
		await copyFile(join(samples, file), join(bed.run.files, file));
	}
});

/** Stands for the sample addresses. */
let web: Service;
beforeAll(async () => (web = await startSampleServer()));
afterAll(async () => await web.stop());

const services: Service[] = [];
afterEach(async () => {
	for (const service of services.splice(0)) await service.stop();
});

/** Another service, until the end of the test. Returns its address. */
async function serve(answer: RequestListener): Promise<string> {
	const service = await listen(answer);
	services.push(service);
	return service.url;
}

/** Imports an example with its credentials chosen, and some parameters changed as its note says. */
async function setUp(name: string, change?: Record<string, IDataObject>): Promise<StoredWorkflow> {
	const { api, credentials, run } = bed;
	return await api.importWorkflow(
		exampleWorkflow(name, { credentials, files: run.files, web: web.url, change }),
	);
}

/** Runs an example to its end. */
const run = async (name: string, change?: Record<string, IDataObject>) =>
	await bed.api.run(await setUp(name, change), 'Start');

/** Waits until n8n has put an execution away. */
const putAway = async (id: string) =>
	await until(
		'the execution to be put away',
		async () => {
			const execution = await bed.api.execution(id);
			return execution.status === 'waiting' ? execution : undefined;
		},
		60,
	);

/** The parameters of a "Set" node in its JSON mode, with some values changed. */
function rawJson(name: string, node: string, values: IDataObject): IDataObject {
	const { nodes } = exampleWorkflow(name, { credentials: {}, files: bed.run.files, web: web.url });
	const { parameters } = nodes.find((one) => one.name === node)!;
	const json = JSON.parse(String(parameters.jsonOutput)) as IDataObject;
	return { jsonOutput: JSON.stringify({ ...json, ...values }) };
}

const errorOf = (execution: Execution) => String(execution.data.resultData.error?.message);

/** One item with the finished job, and the video in the field `data`. */
function expectFinishedVideo(execution: Execution, node: string, credits: number): void {
	expect(execution.data.resultData.error).toBeUndefined();
	expect(execution.status).toBe('success');
	expect(output(execution, node)).toEqual([
		expect.objectContaining({
			json: expect.objectContaining({ status: 'complete', credits_charged: credits }),
			binary: { data: expect.objectContaining({ mimeType: 'video/mp4' }) },
		}),
	]);
}

example('form-to-video', () => {
	it('plays the finished video on the last page of the form', async () => {
		const { api, run, sandbox } = bed;
		const stored = await setUp('form-to-video', {
			'Lip Sync': { options: { maxCredits: 1000, pollInterval: 0.1 } },
		});
		await api.publish(stored);
		const { webhookId } = stored.nodes.find(({ name }) => name === 'Form')!;
		const form = new FormData();
		for (const [index, file] of ['talking-head.mp4', 'voice-over.mp3'].entries()) {
			const type = file.endsWith('mp4') ? 'video/mp4' : 'audio/mpeg';
			form.append(
				`field-${index}`,
				new Blob([await readFile(join(samples, file))], { type }),
				file,
			);
		}
		const { data } = await axios.post<{ formWaitingUrl: string }>(
			`${run.url}/form/${webhookId}`,
			form,
		);

		// A browser asks whether the page is ready; n8n lets a request for the page itself wait for ever.
		const started = await until('its execution', async () => (await api.executions(stored.id))[0]);
		await putAway(started.id);
		const { data: page } = await axios.get<string>(data.formWaitingUrl);
		expect(sandbox.jobs).toHaveLength(1);
		expect(sandbox.uploads.size).toBe(2);
		const [, address] = /<video [^>]*src="([^"]+)"/.exec(page)!;
		const video = await axios.get<ArrayBuffer>(address!.replaceAll('&amp;', '&'), {
			responseType: 'arraybuffer',
		});
		expect(Buffer.from(video.data)).toEqual(await readFile(join(samples, 'talking-head.mp4')));
	});
});

example('youtube-video', () => {
	it('ends with the finished job and the video', async () => {
		expectFinishedVideo(await run('youtube-video', { 'Lip Sync': soon }), 'Lip Sync', 122);
		expect(bed.sandbox.jobs[0]!.request.assets).toMatchObject({ video_source: 'youtube' });
	});
});

example('google-drive-folder', () => {
	it('makes a video of each new voice, and saves it under its name', async () => {
		const { api, credentials, run: n8n, sandbox } = bed;
		const inItem = async (file: string, mimeType: string) => ({
			data: { data: (await readFile(join(samples, file))).toString('base64'), mimeType },
		});
		const voice = { id: 'one', name: 'Welcome.mp3' };
		const googleDriveOAuth2Api = await api.createCredential('googleDriveOAuth2Api', 'Drive', {
			clientId: 'none',
			clientSecret: 'none',
		});
		const file = exampleWorkflow('google-drive-folder', {
			credentials: { ...credentials, googleDriveOAuth2Api },
			files: n8n.files,
			change: { 'Lip Sync': soon },
		});
		// Google Drive itself is not there: what its nodes would give is pinned.
		file.pinData = {
			'New Voice': [{ json: voice }],
			'Get Video': [{ json: {}, binary: await inItem('talking-head.mp4', 'video/mp4') }],
			'Get Voice': [{ json: {}, binary: await inItem('voice-over.mp3', 'audio/mpeg') }],
			'Save Video': [{ json: { id: 'saved' } }],
		};
		const execution = await api.run(await api.importWorkflow(file), 'New Voice');

		expectFinishedVideo(execution, 'Lip Sync', 100);
		expect(sandbox.jobs[0]!.request.name).toBe('Welcome');
		expect(sandbox.uploads.size).toBe(2);
	});
});

example('translate-and-dub', () => {
	it('ends with the finished job and the video, spoken in the other language', async () => {
		const speech = await readFile(join(samples, 'voice-over.mp3'));
		const video = await readFile(join(samples, 'talking-head.mp4'));
		const asked: Record<string, string> = {};
		const url = await serve(async (request, response) => {
			const path = request.url!;
			asked[path] = (await buffer(request)).toString('latin1');
			const answers: Record<string, Buffer | object> = {
				'/video.mp4': video,
				'/transcriptions': { text: 'Good morning' },
				'/completions': { choices: [{ message: { content: 'Buenos dias' } }] },
				'/speech': speech,
			};
			const answer = answers[path];
			if (answer === undefined) return void response.writeHead(404).end(path);
			if (Buffer.isBuffer(answer)) {
				response
					.setHeader('content-type', answer === video ? 'video/mp4' : 'audio/mpeg')
					.end(answer);
			} else {
				response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
			}
		});
		const service = (path: string) => ({ url: `${url}${path}`, authentication: 'none' });

		const execution = await run('translate-and-dub', {
			'Video and Language': rawJson('translate-and-dub', 'Video and Language', {
				video_url: `${url}/video.mp4`,
			}),
			Transcribe: service('/transcriptions'),
			Translate: service('/completions'),
			Speak: service('/speech'),
			'Lip Sync': soon,
		});

		expectFinishedVideo(execution, 'Lip Sync', 122);
		expect(asked['/transcriptions']).toContain('whisper-1');
		expect(asked['/completions']).toContain('Translate into Spanish');
		expect(asked['/completions']).toContain('Good morning');
		expect(asked['/speech']).toContain('Buenos dias');
		expect([...bed.sandbox.uploads.values()].map(({ bytes }) => bytes)).toEqual([speech.length]);
	});
});

example('wait-for-jobs', () => {
	it('ends with the video of each job', async () => {
		const { sandbox } = bed;
		await run('first-job', { 'Lip Sync': { ...soon, output: 'jobId' } });
		const [job] = sandbox.jobs;

		const execution = await run('wait-for-jobs', {
			Addresses: {
				jsonOutput: JSON.stringify({
					addresses: [`https://magichour.ai/my-library?videoId=${job!.id}`],
				}),
			},
			'Wait for Video': soon,
		});

		expectFinishedVideo(execution, 'Wait for Video', 100);
		expect(sandbox.jobs).toHaveLength(1);
	});
});

example('first-job', () => {
	it('ends with the finished job and the video', async () => {
		expectFinishedVideo(await run('first-job', { 'Lip Sync': soon }), 'Lip Sync', 100);
	});
});

example('wait-and-download', () => {
	const node = 'Lip Sync';

	it('ends with the finished job and the video', async () => {
		expectFinishedVideo(await run('wait-and-download', { [node]: soon }), node, 122);
	});

	it('says why a job failed, and its id', async () => {
		bed.sandbox.setScript(() => ({ outcome: 'error' }));
		const execution = await run('wait-and-download', { [node]: soon });

		expect(execution.status).toBe('error');
		const told = JSON.stringify(execution.data.resultData.error);
		expect(told).toContain('detectable face');
		expect(told).toContain(bed.sandbox.jobs[0]!.id);
	});

	it('continues with the job there is when it is retried after a timeout', async () => {
		bed.sandbox.setScript(() => ({ outcome: 'never' }));
		const failed = await run('wait-and-download', {
			[node]: { options: { pollInterval: 0.1, timeoutMinutes: 0.01 } },
		});
		expect(failed.status).toBe('error');
		bed.sandbox.finish(bed.sandbox.jobs[0]!.id);

		expectFinishedVideo(await bed.api.retry(failed.id), node, 122);
		expect(bed.sandbox.jobs).toHaveLength(1);
	});
});

example('batch-from-sheet', () => {
	it('ends with the outcomes; the row without an audio file stops no other', async () => {
		const execution = await run('batch-from-sheet', { 'Lip Sync Each Row': soon });

		expect(execution.status).toBe('success');
		expect(outputJson(execution, 'Summary')).toEqual([
			{ outcome: 'done', count_row: 3, sum_credits: 366 },
			{ outcome: 'failed', count_row: 1, sum_credits: 0 },
		]);
		expect(outputJson(execution, 'Report')).toHaveLength(4);
		expect(outputJson(execution, 'Failed')).toEqual([
			expect.objectContaining({
				row: 'Welcome in French',
				reason: 'Audio is empty',
			}),
		]);
		expect(bed.sandbox.jobs).toHaveLength(3);
	});

	it('makes nothing over Max Credits', async () => {
		const execution = await run('batch-from-sheet', {
			'Lip Sync Each Row': { options: { maxCredits: 100 } },
		});

		expect(outputJson(execution, 'Summary')).toEqual([
			{ outcome: 'failed', count_row: 4, sum_credits: 0 },
		]);
		expect(bed.sandbox.jobs).toEqual([]);
	});
});

example('long-render', () => {
	const shortly = { 'Wait While It Renders': { amount: 1, unit: 'seconds' } };

	it('is put away while the video renders', async () => {
		const id = await bed.api.start(await setUp('long-render'), 'Start');

		const { data } = await putAway(id);

		expect(data.resultData.lastNodeExecuted).toBe('Wait While It Renders');
		await bed.api.stop(id);
	});

	it('ends with the finished job and the video', async () => {
		const execution = await run('long-render', { ...shortly, 'Wait for Video': soon });

		expectFinishedVideo(execution, 'Wait for Video', 122);
		expect(bed.sandbox.jobs).toHaveLength(1);
	});

	it('names the id after a timeout, and waits for the same job when it is retried', async () => {
		bed.sandbox.setScript(() => ({ outcome: 'never' }));
		const failed = await run('long-render', {
			...shortly,
			'Wait for Video': { options: { pollInterval: 0.1, timeoutMinutes: 0.01 } },
		});
		const { id } = bed.sandbox.jobs[0]!;
		expect(failed.status).toBe('error');
		expect(JSON.stringify(failed.data.resultData.error)).toContain(id);
		bed.sandbox.finish(id);

		expectFinishedVideo(await bed.api.retry(failed.id), 'Wait for Video', 122);
		expect(bed.sandbox.jobs).toHaveLength(1);
	});
});

example('spend-check', () => {
	it('ends with a job per clip within the budget', async () => {
		const execution = await run('spend-check');

		expect(execution.status).toBe('success');
		expect(outputJson(execution, 'Create Jobs')).toMatchObject([
			{ id: expect.any(String), credits_charged: 122 },
			{ id: expect.any(String), credits_charged: 122 },
			{ id: expect.any(String), credits_charged: 122 },
		]);
		expect(bed.sandbox.jobs).toHaveLength(3);
	});

	it('ends with an error that names both numbers over it, and makes nothing', async () => {
		const execution = await run('spend-check', {
			'Clips and Budget': rawJson('spend-check', 'Clips and Budget', { max_credits: 299 }),
		});

		expect(execution.status).toBe('error');
		expect(errorOf(execution)).toBe(
			'These clips would cost 300 credits, and the budget is 299. Nothing was created.',
		);
		expect(bed.sandbox.jobs).toEqual([]);
	});
});

example('human-approval', () => {
	/** Runs it until it asks, and answers in its form. */
	const answered = async (decision: string) => {
		const id = await bed.api.start(await setUp('human-approval'), 'Start');
		const asking = await putAway(id);
		const [message] = outputJson(asking, 'Message');
		expect(message!.question).toBe(
			'“Welcome video, Spanish” would cost 200 credits (4 seconds in pro mode).',
		);
		expect(bed.sandbox.jobs).toEqual([]);

		const formUrl = String(message!.form_url);
		expect((await axios.get<string>(formUrl)).data).toContain('Make this lip sync?');
		const form = new FormData();
		form.append('field-0', decision);
		await axios.post(formUrl, form);
		return await bed.api.finished(id);
	};

	it('ends with the job after Approve', async () => {
		const execution = await answered('Approve');

		expect(execution.status).toBe('success');
		const [job] = bed.sandbox.jobs;
		expect(outputJson(execution, 'Create')).toMatchObject([{ id: job!.id, credits_charged: 244 }]);
		expect(bed.sandbox.jobs).toHaveLength(1);
	});

	it('ends with "rejected" and creates nothing after Reject', async () => {
		const execution = await answered('Reject');

		expect(execution.status).toBe('success');
		expect(outputJson(execution, 'Rejected')).toMatchObject([{ outcome: 'rejected' }]);
		expect(bed.sandbox.jobs).toEqual([]);
	});
});

example('text-to-speech-to-video', () => {
	it('ends with the finished job and the video', async () => {
		const speech = await readFile(join(samples, 'voice-over.mp3'));
		const url = await serve((_request, response) => {
			response.setHeader('content-type', 'audio/mpeg').end(speech);
		});

		const execution = await run('text-to-speech-to-video', {
			'Text to Speech': { url },
			'Lip Sync': soon,
		});

		expectFinishedVideo(execution, 'Lip Sync', 122);
		expect([...bed.sandbox.uploads.values()].map(({ bytes }) => bytes)).toEqual([speech.length]);
	});

	it('creates nothing when the speech service fails', async () => {
		const url = await serve((_request, response) => {
			response.writeHead(500).end('out of words');
		});

		const execution = await run('text-to-speech-to-video', {
			'Text to Speech': { url },
		});

		expect(execution.status).toBe('error');
		expect(bed.sandbox.requests).toEqual([]);
	});
});

example('results-to-bucket', () => {
	it("ends with the bucket's answer; a refused file is put there by a retry, and paid once", async () => {
		let refused = 0;
		let stored = Buffer.alloc(0);
		const bucket = await serve(async (request, response) => {
			const content = await buffer(request);
			if (refused++ === 0) {
				response.writeHead(403).end('<Error>expired</Error>');
				return;
			}
			stored = content;
			response.setHeader('content-type', 'application/json').end('{"stored":true}');
		});
		const clip = rawJson('results-to-bucket', 'Clip', { upload_url: `${bucket}/video.mp4` });

		const failed = await run('results-to-bucket', { Clip: clip, 'Lip Sync': soon });
		expect(failed.status).toBe('error');
		const done = await bed.api.retry(failed.id);

		expect(done.status).toBe('success');
		expect(outputJson(done, 'Put into Bucket')).toEqual([{ stored: true }]);
		expect(stored).toEqual(await readFile(join(samples, 'talking-head.mp4')));
		expect(bed.sandbox.jobs).toHaveLength(1);
	});
});

example('ai-agent', () => {
	it("ends with the agent's answer, which gives the id of the job", async () => {
		const { api, credentials } = bed;
		const model = await startChatModel({
			tool: 'Create_Lip_Sync',
			arguments: {
				audio_url: `${web.url}/spanish.mp3`,
				video_url: `${web.url}/head.mp4`,
				start_seconds: 0,
			},
		});
		const openAiApi = await api.createCredential('openAiApi', 'Stand-in', {
			apiKey: 'none',
			url: model.url,
		});
		const file = exampleWorkflow('ai-agent', {
			credentials: { ...credentials, openAiApi },
			files: bed.run.files,
		});
		// What is said to it in the chat.
		file.pinData = { Chat: [{ json: { chatInput: 'Dub it, please.', sessionId: 'one' } }] };

		const execution = await api.run(await api.importWorkflow(file), 'Chat');
		await model.stop();

		expect(execution.status).toBe('success');
		const [{ output: answer }] = outputJson(execution, 'Agent') as [{ output: string }];
		expect(answer).toContain(bed.sandbox.jobs[0]!.id);
		expect(bed.sandbox.jobs.map(({ request }) => request)).toMatchObject([
			{
				end_seconds: expect.closeTo(4.05, 2) as number,
				assets: {
					audio_file_path: `${web.url}/spanish.mp3`,
					video_file_path: `${web.url}/head.mp4`,
				},
			},
		]);
		const tools = model.requests[0]!.tools!.map(({ function: { name } }) => name);
		expect(tools.sort()).toEqual(['Check_Lip_Sync', 'Create_Lip_Sync']);
	});
});

it('has a test for the end of every example', () => {
	expect([...tested].sort()).toEqual(exampleNames().sort());
});
