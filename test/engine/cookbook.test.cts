import { readFileSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';

import express from 'express';
import { parse, stringify } from 'flatted';
import type { IRun, IRunExecutionData, NodeParameterValueType } from 'n8n-workflow';

import type { WorkflowJson } from '../../engine/engine.cts';
import { startSampleServer } from '../../n8n/sampleServer.cts';
import type { Service } from '../../n8n/listen.cts';
import { AUDIO, EngineBed, VIDEO } from './engineBed.cts';

// n8n's Wait node loads its form pages along, and with them ES modules that jest on Node 20 cannot load.
jest.mock('sanitize-html', () => undefined);

/** The server that stands for that of the sample addresses. */
let web: Service;
beforeAll(async () => (web = await startSampleServer()));
afterAll(async () => await web.stop());

const recipe = (name: string) =>
	JSON.parse(
		readFileSync(join(__dirname, '../../workflows', `${name}.json`), 'utf8').replaceAll(
			'https://example.com',
			web.url,
		),
	) as WorkflowJson;

function parametersOf(workflow: WorkflowJson, nodeName: string) {
	const found = workflow.nodes.find(({ name }) => name === nodeName);
	if (found === undefined) throw new Error(`The workflow has no node ${nodeName}`);
	return found.parameters;
}

/** The recipe with other values in the node that a person fills in first. */
function withValues(workflow: WorkflowJson, nodeName: string, values: object): WorkflowJson {
	const parameters = parametersOf(workflow, nodeName);
	const before = JSON.parse(String(parameters.jsonOutput)) as object;
	parameters.jsonOutput = JSON.stringify({ ...before, ...values });
	return workflow;
}

const set = (workflow: WorkflowJson, nodeName: string, values: Record<string, unknown>) =>
	Object.assign(parametersOf(workflow, nodeName), values as Record<string, NodeParameterValueType>);

/** What n8n continues from when a form was filled in, or when the time for it is over. */
function resumed(run: IRun, answer?: object): IRunExecutionData {
	const data = parse(stringify(run.data)) as IRunExecutionData;
	const [waiting] = data.executionData!.nodeExecutionStack;
	if (answer !== undefined) waiting!.data.main = [[{ json: { ...answer } }]];
	return data;
}

describe('the recipes of the cookbook', () => {
	let bed: EngineBed;
	let server: Server;
	let address: string;
	/** What the text-to-speech service was asked to say. */
	let spoken: unknown[];
	/** Files that were put into the bucket. */
	let bucket: Map<string, { body: Buffer; type?: string; length?: string }>;
	let bucketIsOpen: boolean;

	beforeAll(async () => {
		bed = await EngineBed.start();
		const app = express();
		app.post('/speech', express.json(), (request, response) => {
			spoken.push(request.body);
			response.type('audio/mpeg').send(AUDIO);
		});
		app.put('/bucket/:name', express.raw({ type: '*/*', limit: '10mb' }), (request, response) => {
			if (!bucketIsOpen) return void response.status(403).send('closed');
			const { 'content-type': type, 'content-length': length } = request.headers;
			bucket.set(request.params.name, { body: request.body as Buffer, type, length });
			response.status(200).end();
		});
		server = await new Promise<Server>((resolve) => {
			const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
		});
		address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	});
	beforeEach(() => {
		bed.sandbox.reset();
		spoken = [];
		bucket = new Map();
		bucketIsOpen = true;
	});
	afterAll(async () => {
		server.close();
		await bed.stop();
	});

	describe('text-to-speech-to-video', () => {
		const workflow = (url = `${address}/speech`) => {
			const json = recipe('text-to-speech-to-video');
			set(json, 'Text to Speech', { url });
			set(json, 'Lip Sync', { options: { pollInterval: 0.1 } });
			return json;
		};

		it('speaks the text, uploads the speech and ends with the video', async () => {
			const ran = await bed.run(workflow());
			expect(ran.error).toBeUndefined();
			expect(spoken).toEqual([{ text: 'Welcome! This is what has changed for you this month.' }]);
			const [upload] = bed.sandbox.uploads;
			expect(upload![1].bytes).toBe(AUDIO.length);
			expect(bed.sandbox.jobs[0]!.request).toMatchObject({
				// As long as the speech is.
				end_seconds: expect.closeTo(4.05, 2) as number,
				assets: {
					audio_file_path: upload![0],
					video_file_path: `${web.url}/presenter.mp4`,
				},
			});
			const [item] = ran.items(0, 'Lip Sync');
			expect(item!.json).toMatchObject({ status: 'complete', credits_charged: 122 });
			expect(await bed.engine.content(item!.binary!.data!.id!)).toEqual(VIDEO);
		});

		it('makes no job when the speech service fails', async () => {
			const ran = await bed.run(workflow(`${address}/nowhere`));
			expect(ran.status).toBe('error');
			expect(bed.sandbox.requests).toEqual([]);
		});
	});

	describe('results-to-bucket', () => {
		const workflow = () => {
			const json = recipe('results-to-bucket');
			withValues(json, 'Clip', { upload_url: `${address}/bucket/welcome-es.mp4?signature=abc` });
			set(json, 'Lip Sync', { options: { pollInterval: 0.1 } });
			return json;
		};

		it('puts the video into the bucket, with its type and length', async () => {
			const ran = await bed.run(workflow());
			expect(ran.error).toBeUndefined();
			expect(bucket.get('welcome-es.mp4')).toEqual({
				body: VIDEO,
				type: 'video/mp4',
				length: String(VIDEO.length),
			});
		});

		it('is retried without a second job when the bucket refused the video', async () => {
			bucketIsOpen = false;
			const failed = await bed.run(workflow());
			expect(failed.status).toBe('error');

			bucketIsOpen = true;
			const data = parse(stringify(failed.run.data)) as IRunExecutionData;
			delete data.resultData.error;
			data.resultData.runData['Put into Bucket']!.pop();
			const ran = await bed.run(workflow(), { mode: 'retry', resume: data });
			expect(ran.error).toBeUndefined();
			expect(bucket.get('welcome-es.mp4')?.body).toEqual(VIDEO);
			expect(bed.sandbox.jobs).toHaveLength(1);
		});
	});

	describe('human-approval', () => {
		const asked = async () => {
			const ran = await bed.run(recipe('human-approval'));
			expect(ran.error).toBeUndefined();
			expect(ran.status).toBe('waiting');
			expect(bed.sandbox.requests).toEqual([]);
			return ran;
		};
		const decided = async (answer?: object) =>
			await bed.run(recipe('human-approval'), { resume: resumed((await asked()).run, answer) });

		it('names the price and the form, and waits three days', async () => {
			const ran = await asked();
			expect(ran.json(0, 'Message')).toEqual([
				expect.objectContaining({
					question: '“Welcome video, Spanish” would cost 200 credits (4 seconds in pro mode).',
					form_url: expect.stringMatching(/^http/),
				}),
			]);
			const days = (Date.parse(String(ran.run.waitTill)) - Date.now()) / 86_400_000;
			expect(days).toBeCloseTo(3, 1);
		});

		it('creates the job after a yes, limited to the price that was approved', async () => {
			const ran = await decided({ Decision: 'Approve' });
			expect(ran.error).toBeUndefined();
			expect(ran.json(0, 'Create')).toEqual([{ id: expect.any(String), credits_charged: 244 }]);
			expect(bed.sandbox.jobs[0]!.request).toMatchObject({
				name: 'Welcome video, Spanish',
				end_seconds: expect.closeTo(4.05, 2) as number,
				style: { generation_mode: 'pro' },
			});
		});

		it.each([
			['a no', { Decision: 'Reject' }],
			['no answer in time', undefined],
		])('creates nothing after %s', async (_, answer) => {
			const ran = await decided(answer);
			expect(ran.error).toBeUndefined();
			expect(ran.json(0, 'Rejected')).toEqual([
				{ outcome: 'rejected', name: 'Welcome video, Spanish' },
			]);
			expect(ran.task('Create')).toBeUndefined();
			expect(bed.sandbox.requests).toEqual([]);
		});
	});

	// It needs a chat model, and so n8n's AI nodes: the end-to-end suite runs an agent.
	describe('ai-agent', () => {
		it('gives the agent two tools, and a limit to what one call may cost', () => {
			const { connections } = recipe('ai-agent');
			const tools = Object.entries(connections)
				.filter(([, outputs]) => outputs.ai_tool !== undefined)
				.map(([name]) => name);
			expect(tools).toEqual(['Create Lip Sync', 'Check Lip Sync']);
			const create = parametersOf(recipe('ai-agent'), 'Create Lip Sync');
			expect(create.options).toEqual({ maxCredits: 900 });
		});
	});
});
