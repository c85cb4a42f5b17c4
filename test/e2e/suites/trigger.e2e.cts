import axios from 'axios';
import { signDelivery, startSandbox, type Sandbox } from '../../../sandbox/index.cts';
import { exampleWorkflow } from '../../../n8n/exampleWorkflows.cts';
import { startSampleServer } from '../../../n8n/sampleServer.cts';
import type { Service } from '../../../n8n/listen.cts';
import { currentRun } from '../jest/run.cts';
import type { Execution, N8nApi, StoredCredential, StoredWorkflow } from '../../../n8n/rest.cts';
import type { N8nServer } from '../../../n8n/server.cts';
import { startWithPack } from '../../../n8n/startWithPack.cts';
import { until } from '../../../n8n/poll.cts';
import { createSandboxCredential } from '../../../n8n/sandboxCredential.cts';
import { outputJson } from '../workflow.cts';

const { target } = currentRun();
const secret = 'whsec_sandbox';

/** These tests restart n8n, so they have one of their own. */
let server: N8nServer;
let api: N8nApi;
let magicHourWebhookApi: StoredCredential;

/** Stands for the sample addresses. */
let web: Service;

beforeAll(async () => {
	web = await startSampleServer();
	({ server, api } = await startWithPack(target));
	magicHourWebhookApi = await api.createCredential('magicHourWebhookApi', 'Webhook', {
		signingSecret: secret,
	});
}, 180_000);

afterAll(async () => {
	await server?.stop();
	await web?.stop();
});

/** The production URL of a workflow's trigger. */
function webhookUrl({ nodes }: Pick<StoredWorkflow, 'nodes'>): string {
	const { webhookId } = nodes.find(({ type }) => type.endsWith('magicHourLipSyncTrigger'))!;
	return `${server.url}/webhook/${webhookId}/webhook`;
}

/** A sandbox that sends its events to a workflow, and the workflow, set up for that sandbox. */
async function publish(name: string): Promise<{ sandbox: Sandbox; stored: StoredWorkflow }> {
	const { files } = server;
	const url = webhookUrl(exampleWorkflow(name, { credentials: {}, files }));
	const sandbox = await startSandbox({ renderSeconds: 0.5, webhook: { url, secret } });
	const magicHourApi = await createSandboxCredential(api, sandbox);
	const credentials = { magicHourApi, magicHourWebhookApi };
	const stored = await api.importWorkflow(
		exampleWorkflow(name, { credentials, files, web: web.url }),
	);
	await api.publish(stored);
	return { sandbox, stored };
}

/** Creates a job at a sandbox, as any program may. */
async function createJob({ url, apiKey }: Sandbox): Promise<string> {
	const file = (name: string) => `https://example.com/${name}`;
	const { data } = await axios.post<{ id: string }>(
		`${url}/v1/lip-sync`,
		{
			name: 'From elsewhere',
			start_seconds: 0,
			end_seconds: 2,
			assets: {
				audio_file_path: file('voice-over.mp3'),
				video_source: 'file',
				video_file_path: file('talking-head.mp4'),
			},
		},
		{ headers: { authorization: `Bearer ${apiKey}` } },
	);
	return data.id;
}

/** Waits for the given number of runs of a workflow. Returns them, oldest first. */
async function runsOf({ id }: StoredWorkflow, count: number): Promise<Execution[]> {
	const runs = await until(`${count} runs`, async () => {
		const executions = await api.executions(id);
		return executions.length >= count ? executions : undefined;
	});
	return await Promise.all(runs.reverse().map(async (run) => await api.finished(run.id)));
}

describe('The published trigger', () => {
	let sandbox: Sandbox;
	let stored: StoredWorkflow;

	beforeAll(async () => ({ sandbox, stored } = await publish('notify-on-result')));
	afterAll(async () => await sandbox?.close());

	const deliver = async (body: string, signature: string, timestamp: number) =>
		await axios.post(webhookUrl(stored), body, {
			headers: {
				'content-type': 'application/json',
				'magic-hour-event-signature': signature,
				'magic-hour-event-timestamp': String(timestamp),
			},
			validateStatus: () => true,
		});

	it('starts the workflow once for a finished job, which downloads the video', async () => {
		await createJob(sandbox);

		const [run, ...others] = await runsOf(stored, 1);

		expect(others).toEqual([]);
		expect(run!.status).toBe('success');
		const [message] = outputJson(run!, 'Ready Message');
		expect(message).toMatchObject({ message: expect.stringContaining('From elsewhere is ready') });
	});

	it('starts nothing for a delivery that Magic Hour did not sign', async () => {
		const now = Math.floor(Date.now() / 1000);
		const answer = await deliver('{"type":"video.completed"}', '00'.repeat(32), now);

		expect(answer.status).toBe(401);
		expect(await api.executions(stored.id)).toHaveLength(1);
	});

	it('continues after a restart of n8n', async () => {
		await server.restart();
		await api.login();

		const id = await createJob(sandbox);

		const runs = await runsOf(stored, 2);
		expect(runs).toHaveLength(2);
		expect(outputJson(runs[1]!, 'Magic Hour Lip Sync Trigger')).toMatchObject([{ id }]);
	}, 180_000);

	it('still knows what it was sent before the restart', async () => {
		const [first] = await runsOf(stored, 1);
		const [delivered] = outputJson(first!, 'Magic Hour Lip Sync Trigger');
		const { event: type, ...payload } = delivered!;
		const body = JSON.stringify({ type, payload });
		const now = Math.floor(Date.now() / 1000);

		const repeated = await deliver(body, signDelivery(secret, now, body), now);

		expect(repeated.data).toEqual({ message: 'Ignored: received before' });
	});
});

// Its data table node needs n8n 2.
const onlyIn2x = target === '2.x' ? describe : describe.skip;

onlyIn2x('Resume without polling', () => {
	let sandbox: Sandbox;
	let create: StoredWorkflow;

	beforeAll(async () => {
		({ sandbox } = await publish('resume-without-polling-callback'));
		const magicHourApi = await createSandboxCredential(api, sandbox);
		const name = 'resume-without-polling-create';
		const { files } = server;
		create = await api.importWorkflow(
			exampleWorkflow(name, { credentials: { magicHourApi }, files, web: web.url }),
		);
	}, 120_000);
	beforeEach(() => sandbox.reset());
	afterAll(async () => await sandbox?.close());

	const start = async () => await api.start(create, 'When you start it');
	const statuses = (done: Execution) => outputJson(done, 'Next Step').map(({ status }) => status);

	it('sleeps until the events of its jobs wake it up', async () => {
		sandbox.setScript(() => ({ outcome: 'never' }));

		const id = await start();
		await until('the execution to sleep', async () => {
			const { status } = await api.execution(id);
			return status === 'waiting' ? true : undefined;
		});
		const checksWhileAsleep = sandbox.requestsTo('getProject').length;
		for (const job of sandbox.jobs) sandbox.finish(job.id);
		const done = await api.finished(id, 90);

		expect(done.status).toBe('success');
		expect(statuses(done)).toEqual(['complete', 'complete']);
		expect(checksWhileAsleep).toBe(2);
		expect(sandbox.jobs).toHaveLength(2);
	}, 120_000);

	it('does not sleep when the jobs are finished before anybody waits for them', async () => {
		sandbox.setScript(() => ({ queueSeconds: 0, renderSeconds: 0 }));

		const done = await api.finished(await start(), 90);

		expect(statuses(done)).toEqual(['complete', 'complete']);
		expect(done.data.resultData.runData).not.toHaveProperty(['Sleep Until an Event']);
	}, 120_000);

	it('continues with jobs that failed', async () => {
		sandbox.setScript(() => ({ queueSeconds: 0, renderSeconds: 3, outcome: 'error' }));

		const done = await api.finished(await start(), 90);

		expect(done.status).toBe('success');
		expect(statuses(done)).toEqual(['error', 'error']);
	}, 120_000);
});
