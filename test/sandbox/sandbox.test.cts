import axios from 'axios';

import { startSandbox, type Sandbox } from '../../sandbox/index.cts';
import { connect, create, project, upload, youtubeJob } from './sandboxBed.cts';

const open: Sandbox[] = [];
const start = async (...[options]: Parameters<typeof startSandbox>) => {
	const sandbox = await startSandbox(options);
	open.push(sandbox);
	return sandbox;
};
afterEach(async () => {
	await Promise.all(open.splice(0).map((sandbox) => sandbox.close()));
});

test('two sandboxes run side by side and share nothing', async () => {
	const one = await start();
	const two = await start({ apiKey: 'another-key', credits: 5000 });
	expect(one.url).not.toBe(two.url);
	const { id } = await create(connect(one));
	expect(one.jobs).toHaveLength(1);
	expect(two.jobs).toHaveLength(0);
	expect(two.account.credits).toBe(5000);
	expect((await connect(two).get(`/v1/video-projects/${id}`)).status).toBe(404);
	expect(
		(await axios.create({ ...connect(one).defaults, baseURL: two.url }).get('/v1/account')).status,
	).toBe(401);
});

test('it listens on loopback only, on the port asked for', async () => {
	const first = await start();
	const { hostname, port } = new URL(first.url);
	expect(hostname).toBe('127.0.0.1');
	await first.close();
	expect((await start({ port: Number(port) })).url).toBe(first.url);
});

test('a port that is taken is an error', async () => {
	const { port } = new URL((await start()).url);
	await expect(startSandbox({ port: Number(port) })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('every request is recorded as it came', async () => {
	const sandbox = await start();
	const client = connect(sandbox);
	const before = Date.now();
	await client.post('/v1/lip-sync', youtubeJob({ name: 'Grüße' }), {
		headers: { 'x-test': 'yes' },
	});
	await client.get('/v1/account?a=1');
	await client.get('/elsewhere');

	expect(sandbox.requests).toEqual([
		expect.objectContaining({
			endpoint: 'createLipSync',
			method: 'POST',
			path: '/v1/lip-sync',
			body: youtubeJob({ name: 'Grüße' }),
			bytes: Buffer.byteLength(JSON.stringify(youtubeJob({ name: 'Grüße' }))),
			status: 200,
		}),
		expect.objectContaining({
			endpoint: 'getAccount',
			path: '/v1/account?a=1',
			body: undefined,
			bytes: 0,
			status: 200,
		}),
		expect.objectContaining({ endpoint: 'unknown', path: '/elsewhere', status: 404 }),
	]);
	const [create, account] = sandbox.requests;
	expect(create?.headers).toMatchObject({ 'x-test': 'yes', authorization: 'Bearer sandbox-key' });
	expect(create?.at).toBeGreaterThanOrEqual(before);
	expect(sandbox.requestsTo('getAccount')).toEqual([account]);
});

test('every line it prints begins with its name', async () => {
	const lines: string[] = [];
	const sandbox = await start({ onLog: (line) => lines.push(line) });
	await create(connect(sandbox));
	await sandbox.close();
	expect(lines).toEqual([
		expect.stringMatching(/^sandbox POST \/v1\/lip-sync → 200 \(\d+ bytes in, \d+ ms\)$/),
	]);
});

test('reset forgets everything that happened', async () => {
	const sandbox = await start({ queueSeconds: 0, renderSeconds: 0 });
	const client = connect(sandbox);
	await upload(client, 'audio', 'mp3');
	const { id } = await create(client);
	sandbox.fail({ on: 'getAccount', action: { status: 500 } });
	sandbox.setScript(() => ({ outcome: 'error' }));

	sandbox.reset();

	expect([sandbox.jobs.length, sandbox.requests.length, sandbox.uploads.size]).toEqual([0, 0, 0]);
	expect(sandbox.account.credits).toBe(1_000_000);
	expect((await client.get('/v1/account')).status).toBe(200);
	expect((await client.get(`/v1/video-projects/${id}`)).status).toBe(404);
	expect((await project(client, (await create(client)).id)).status).toBe('complete');
});

test('close cuts what is open, and may be called twice', async () => {
	const sandbox = await start();
	const client = connect(sandbox);
	sandbox.fail({ on: 'getAccount', action: 'hang' });
	sandbox.fail({ on: 'getProject', action: { delaySeconds: 600 } });
	const cut = Promise.allSettled([client.get('/v1/account'), client.get('/v1/video-projects/cm0')]);
	while (sandbox.requests.length < 2) await new Promise((resolve) => setImmediate(resolve));
	await sandbox.close();
	await sandbox.close();
	for (const result of await cut) expect(result).toMatchObject({ reason: { code: 'ECONNRESET' } });
	await expect(client.get('/v1/account')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

describe('steering it over HTTP', () => {
	const json = { validateStatus: () => true };

	test('faults are asked for and cleared without a key, and are not recorded', async () => {
		const sandbox = await start();
		const client = connect(sandbox);
		const fault = {
			on: 'getAccount',
			action: { status: 429, headers: { 'retry-after': '2' } },
			times: 3,
		};
		const { status, data } = await axios.post(`${sandbox.url}/sandbox/faults`, fault);
		expect([status, data]).toEqual([201, { faults: [{ ...fault, skip: 0 }] }]);
		const answer = await client.get('/v1/account');
		expect([answer.status, answer.headers['retry-after']]).toEqual([429, '2']);
		expect((await axios.get(`${sandbox.url}/sandbox/state`)).data.faults).toMatchObject([
			{ times: 2 },
		]);
		expect((await axios.delete(`${sandbox.url}/sandbox/faults`)).status).toBe(204);
		expect((await client.get('/v1/account')).status).toBe(200);
		expect(sandbox.requests).toHaveLength(2);
	});

	test.each([
		['nothing', undefined],
		['an unknown endpoint', { on: 'everything', action: 'hang' }],
		['an unknown action', { on: 'upload', action: 'explode' }],
		['a field too many', { on: 'upload', action: 'hang', forever: true }],
		['a status that is none', { on: 'upload', action: { status: 42 } }],
		['a negative number', { on: 'upload', action: 'hang', times: -1 }],
	])('a fault that is %s is refused', async (_what, fault) => {
		const sandbox = await start();
		const { status, data } = await axios.post(`${sandbox.url}/sandbox/faults`, fault, json);
		expect([status, data]).toEqual([400, { message: expect.any(String) }]);
	});

	test('the state shows account, jobs, uploads and faults', async () => {
		const sandbox = await start({ queueSeconds: 600 });
		const client = connect(sandbox);
		const path = await upload(client, 'audio', 'mp3');
		await create(client);
		const { data } = await axios.get(`${sandbox.url}/sandbox/state`);
		expect(data).toEqual({
			account: sandbox.account,
			jobs: [sandbox.jobs[0]?.project],
			uploads: { [path]: sandbox.uploads.get(path) },
			faults: [],
			requests: 3,
		});
	});

	test('what becomes of the next jobs is asked for, and a job is ended', async () => {
		const sandbox = await start();
		const client = connect(sandbox);
		const error = { code: 'too_dark', message: 'Please use a brighter video' };
		await axios.put(`${sandbox.url}/sandbox/plan`, { outcome: 'never', queueSeconds: 0 });
		const { id } = await create(client);
		expect((await project(client, id)).status).toBe('rendering');
		const finish = (body?: unknown) =>
			axios.post(`${sandbox.url}/sandbox/jobs/${id}/finish`, body, json);
		expect((await finish({ outcome: 'error', error })).status).toBe(204);
		expect(await project(client, id)).toMatchObject({ status: 'error', error });
		expect(await finish()).toMatchObject({
			status: 400,
			data: { message: `sandbox: job ${id} has ended already` },
		});
	});
});
