import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { AxiosInstance } from 'axios';

import type { VideoProject } from '../../nodes/magicHour/api/contract.ts';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../sandbox/index.cts';
import { connect, create, project, storage, youtubeJob } from './sandboxBed.cts';
import { until } from '../../n8n/poll.cts';

let sandbox: Sandbox;
let client: AxiosInstance;

async function start(options: SandboxOptions = {}): Promise<void> {
	sandbox = await startSandbox(options);
	client = connect(sandbox);
}
afterEach(async () => sandbox.close());

const AGES = 600;

describe('a job', () => {
	test('is queued, then rendering, then complete, by itself', async () => {
		await start({ queueSeconds: 0.3, renderSeconds: 0.3 });
		const { id } = await create(client);
		const seen = new Set<string>();
		const end = await until('the end of the job', async () => {
			const current = await project(client, id);
			seen.add(current.status);
			return current.status === 'complete' && current;
		});
		expect([...seen]).toEqual(['queued', 'rendering', 'complete']);
		const [job] = sandbox.jobs;
		expect(job?.finishedAt).toBe((job?.createdAt ?? 0) + 600);
		expect(end.created_at).toBe(new Date(job?.createdAt ?? 0).toISOString());
	});

	test('has, while it is queued, everything but a result', async () => {
		await start({ queueSeconds: AGES });
		const { id } = await create(client, youtubeJob({ name: 'Grüße 🎬', start_seconds: 1 }));
		const { status, data } = await client.get(`/v1/video-projects/${id}`);
		expect(status).toBe(200);
		expect(data).toEqual({
			id,
			name: 'Grüße 🎬',
			status: 'queued',
			type: 'LIP_SYNC',
			created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
			width: -1,
			height: -1,
			enabled: true,
			start_seconds: 1,
			end_seconds: 4,
			credits_charged: 90,
			fps: 30,
			error: null,
			downloads: [],
		});
		expect(sandbox.jobs[0]?.project).toEqual(data);
		expect(sandbox.jobs[0]?.finishedAt).toBeUndefined();
	});

	test('has the fields that the contract has dropped, where that is wanted', async () => {
		await start({ deprecatedFields: true });
		const { data } = await client.post('/v1/lip-sync', youtubeJob());
		expect(data).toMatchObject({ credits_charged: 120, estimated_frame_cost: 120 });
		expect(await project(client, data.id)).toMatchObject({ total_frame_cost: 120, download: null });
		sandbox.finish(data.id);
		const { download, downloads } = (await project(client, data.id)) as VideoProject & {
			download: unknown;
		};
		expect(download).toEqual(downloads[0]);
	});

	test('without a name has one that tells its time', async () => {
		await start();
		const { id } = await create(client);
		const { name, created_at } = await project(client, id);
		expect(name).toBe(`Lip Sync - ${created_at}`);
	});

	test('has a download once it is complete', async () => {
		await start();
		const { id } = await create(client);
		sandbox.finish(id);
		expect(await project(client, id)).toMatchObject({
			status: 'complete',
			width: 640,
			height: 360,
			error: null,
			downloads: [{ url: expect.any(String), expires_at: expect.any(String) }],
		});
	});

	test('that fails says why', async () => {
		const error = { code: 'video_too_short', message: 'Please use a longer video' };
		await start({ script: () => ({ outcome: 'error', queueSeconds: 0, renderSeconds: 0, error }) });
		const { id } = await create(client);
		expect(await project(client, id)).toMatchObject({ status: 'error', error, downloads: [] });
	});

	test('that is canceled says no more than that', async () => {
		await start({ script: () => ({ outcome: 'canceled', queueSeconds: 0, renderSeconds: 0 }) });
		const { id } = await create(client);
		expect(await project(client, id)).toMatchObject({
			status: 'canceled',
			error: null,
			downloads: [],
		});
	});

	test('can render for ever, until it is told to end', async () => {
		await start({ script: () => ({ outcome: 'never', queueSeconds: 0, renderSeconds: 0 }) });
		const { id } = await create(client);
		expect((await project(client, id)).status).toBe('rendering');
		sandbox.finish(id);
		expect((await project(client, id)).status).toBe('complete');
	});

	test('ends once', async () => {
		await start();
		const { id } = await create(client);
		sandbox.finish(id);
		expect(() => sandbox.finish(id)).toThrow(`job ${id} has ended already`);
		expect(() => sandbox.finish('cm0')).toThrow('there is no job cm0');
	});
});

describe('a script', () => {
	test('decides by the request and by how many jobs there were', async () => {
		await start({
			queueSeconds: 0,
			renderSeconds: 0,
			script: ({ name }, index) => ({
				outcome: name === 'bad' || index === 2 ? 'error' : undefined,
			}),
		});
		const statuses: string[] = [];
		for (const name of ['good', 'bad', 'good', 'good']) {
			const { id } = await create(client, youtubeJob({ name }));
			statuses.push((await project(client, id)).status);
		}
		expect(statuses).toEqual(['complete', 'error', 'error', 'complete']);
	});

	test('can be changed; jobs that exist stay as they are', async () => {
		await start({ queueSeconds: 0, renderSeconds: 0 });
		const first = await create(client);
		sandbox.setScript(() => ({ outcome: 'error' }));
		const second = await create(client);
		expect((await project(client, first.id)).status).toBe('complete');
		expect((await project(client, second.id)).status).toBe('error');
	});
});

describe('a download', () => {
	const finished = async (plan: Parameters<Sandbox['finish']>[1] = {}, name?: string) => {
		const { id } = await create(client, youtubeJob({ name }));
		sandbox.finish(id, plan);
		return id;
	};
	const urls = async (id: string) => (await project(client, id)).downloads.map(({ url }) => url);
	const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');

	test('is the talking head, as a video with a length and a name', async () => {
		await start();
		const [url = ''] = await urls(await finished({}, "Grüße (it's) 🎬/../x"));
		const { status, headers, data } = await storage.get(url, { responseType: 'arraybuffer' });
		const sample = readFileSync(join(__dirname, '../../samples/talking-head.mp4'));
		expect(status).toBe(200);
		expect(sha256(data)).toBe(sha256(sample));
		expect(headers).toMatchObject({
			'content-type': 'video/mp4',
			'content-length': String(sample.length),
			'content-disposition':
				'attachment; filename="output.mp4"; filename*=UTF-8\'\'Gr%C3%BC%C3%9Fe%20%28it%27s%29%20%F0%9F%8E%AC%2F..%2Fx.mp4',
		});
	});

	test('can be any file, and there can be more than one or none', async () => {
		await start();
		const addresses = await urls(await finished({ downloads: 2, result: Buffer.from('a video') }));
		expect(new Set(addresses).size).toBe(2);
		for (const url of addresses) expect((await storage.get(url)).data).toBe('a video');
		expect(await urls(await finished({ downloads: 0 }))).toEqual([]);
	});

	test('is valid for 24 hours from the answer it is in', async () => {
		await start();
		const id = await finished();
		const [{ expires_at } = { expires_at: '' }] = (await project(client, id)).downloads;
		const hours = (Date.parse(expires_at) - Date.now()) / 3_600_000;
		expect(hours).toBeGreaterThan(23.9);
		expect(hours).toBeLessThanOrEqual(24);
	});

	test('is refused at an address that has expired, and there is a fresh one', async () => {
		await start();
		const id = await finished({ downloadValiditySeconds: 2 });
		const [first = ''] = await urls(id);
		await until('the address to expire', async () => (await storage.get(first)).status === 403);
		expect((await storage.get(first)).data).toEqual({ message: 'This address has expired' });
		const [second = ''] = await urls(id);
		expect(second).not.toBe(first);
		expect((await storage.get(second)).status).toBe(200);
	});

	test('is refused at an address that was changed', async () => {
		await start();
		const [url = ''] = await urls(await finished());
		for (const changed of [
			url.replace(/expires=\d/, 'expires=9'),
			url.replace(/token=./, 'token=-'),
			url.replace(/\?.*/, ''),
			url.replace('/0/', '/1/'),
		]) {
			expect(await storage.get(changed)).toMatchObject({
				status: 403,
				data: { message: 'The signature of this address does not match' },
			});
		}
	});

	test('is refused to a client that shows its key', async () => {
		await start();
		const [url = ''] = await urls(await finished());
		expect((await client.get(url)).status).toBe(400);
	});
});

describe('DELETE /v1/video-projects/{id}', () => {
	test('deletes a video for good', async () => {
		await start();
		const { id } = await create(client);
		sandbox.finish(id);
		const { downloads } = await project(client, id);

		const { status, data } = await client.delete(`/v1/video-projects/${id}`);
		expect([status, data]).toEqual([204, '']);

		for (const method of ['GET', 'DELETE']) {
			const again = await client.request({ method, url: `/v1/video-projects/${id}` });
			expect([again.status, again.data]).toEqual([404, { message: 'Not Found' }]);
		}
		expect((await storage.get(downloads[0]?.url ?? '')).status).toBe(404);
		expect(sandbox.jobs[0]?.project.enabled).toBe(false);
	});

	test('does not know a job that never was', async () => {
		await start();
		const { status, data } = await client.delete('/v1/video-projects/cm0');
		expect([status, data]).toEqual([404, { message: 'Not Found' }]);
	});
});
