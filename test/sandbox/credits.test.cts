import * as fc from 'fast-check';

import type { GenerationMode } from '../../nodes/magicHour/api/contract.ts';
import { estimateCost } from '../../nodes/magicHour/jobs/estimate.ts';
import { cost } from '../../sandbox/credits.cts';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../sandbox/index.cts';
import { KeptParts } from '../../sandbox/keptParts.cts';
import { fixture } from '../support/mediaFixtures.cts';
import { connect, create, project, storage, upload, uploadUrl, youtubeJob } from './sandboxBed.cts';

let sandbox: Sandbox | undefined;

async function start(options: SandboxOptions = {}) {
	sandbox = await startSandbox({ queueSeconds: 600, ...options });
	return { sandbox, client: connect(sandbox) };
}
afterEach(async () => sandbox?.close());

const style = (generation_mode: GenerationMode) => ({ style: { generation_mode } });

test.each([
	['30 frames a second, without a limit', youtubeJob(), 120],
	['fewer, with a lower limit', youtubeJob({ max_fps_limit: 12 }), 48],
	['no more, with a higher limit', youtubeJob({ max_fps_limit: 60 }), 120],
	['1 credit a frame in lite', youtubeJob(style('lite')), 120],
	['1 credit a frame in standard', youtubeJob(style('standard')), 120],
	['2 credits a frame in pro', youtubeJob(style('pro')), 240],
	['a frame begun for a whole one', youtubeJob({ end_seconds: 0.11 }), 4],
	[
		'no frame for the rounding of binary fractions',
		youtubeJob({ start_seconds: 0.1, end_seconds: 0.4 }),
		9,
	],
])('a job is charged %s', async (_what, request, credits) => {
	const { sandbox, client } = await start();
	expect((await create(client, request)).credits_charged).toBe(credits);
	expect(sandbox.account.credits).toBe(1_000_000 - credits);
});

test("the sandbox and the node's estimate count the same, each in its own way", () => {
	const modes = fc.constantFrom<GenerationMode>('lite', 'standard', 'pro');
	const hundredths = fc.integer({ min: 0, max: 60_000 });
	fc.assert(
		fc.property(
			hundredths,
			hundredths,
			modes,
			fc.integer({ min: 1, max: 30 }),
			(start, length, mode, fps) => {
				const start_seconds = start / 100;
				const end_seconds = (start + length + 1) / 100;
				const request = youtubeJob({
					start_seconds,
					end_seconds,
					max_fps_limit: fps,
					...style(mode),
				});
				const estimate = estimateCost({
					startSeconds: start_seconds,
					endSeconds: end_seconds,
					generationMode: mode,
					maxFpsLimit: fps,
				});
				expect(cost(request, 30)).toBe(estimate.estimated_credits);
			},
		),
	);
});

test('the account shows what is left', async () => {
	const { sandbox, client } = await start({ credits: 500, tier: 'business' });
	await create(client);
	const { status, data } = await client.get('/v1/account');
	expect(status).toBe(200);
	expect(data).toEqual(sandbox.account);
	expect(data).toMatchObject({
		tier: 'business',
		credits: 380,
		subscription: { status: 'active' },
	});
});

test('a job that costs more than is left is refused and not charged', async () => {
	const { sandbox, client } = await start({ credits: 200 });
	await create(client);
	const { status, data } = await client.post('/v1/lip-sync', youtubeJob());
	expect(status).toBe(402);
	expect(data).toEqual({
		code: 'insufficient_credits',
		message: 'This job needs 120 credits and the account has 80.',
	});
	expect(sandbox.jobs).toHaveLength(1);
	expect(sandbox.account.credits).toBe(80);
});

test('a job that costs all that is left is taken', async () => {
	const { sandbox, client } = await start({ credits: 120 });
	await create(client);
	expect(sandbox.account.credits).toBe(0);
});

test.each<GenerationMode>(['standard', 'pro'])('the free plan has no %s mode', async (mode) => {
	const { sandbox, client } = await start({ tier: 'free' });
	const { status, data } = await client.post('/v1/lip-sync', youtubeJob(style(mode)));
	expect(status).toBe(402);
	expect(data).toEqual({
		code: 'plan_upgrade_required',
		message: `The ${mode} mode is only available on the Creator, Pro and Business tiers.`,
	});
	expect(sandbox.jobs).toHaveLength(0);
});

test('the free plan has the lite mode, chosen or not, and no subscription', async () => {
	const { sandbox, client } = await start({ tier: 'free' });
	await create(client);
	await create(client, youtubeJob(style('lite')));
	expect(sandbox.account.subscription).toBeNull();
});

test.each(['error', 'canceled'] as const)('%s refunds all', async (outcome) => {
	const { sandbox, client } = await start();
	const { id } = await create(client);
	sandbox.finish(id, { outcome });
	expect(await project(client, id)).toMatchObject({ status: outcome, credits_charged: 0 });
	expect(sandbox.account.credits).toBe(1_000_000);
});

test('the final charge is that of the frames the video had', async () => {
	const { sandbox, client } = await start();
	const { id, credits_charged } = await create(client);
	expect(credits_charged).toBe(120);
	sandbox.finish(id, { fps: 24 });
	expect(await project(client, id)).toMatchObject({ credits_charged: 96, fps: 24 });
	expect(sandbox.account.credits).toBe(1_000_000 - 96);
});

const uploadedJob = (video_file_path: string) => ({
	...youtubeJob(),
	assets: {
		audio_file_path: 'https://example.com/voice.mp3',
		video_source: 'file' as const,
		video_file_path,
	},
});

test.each([
	// The clip ends with the video, at 2 seconds.
	['index-last-60fps.mp4', 'mp4', { credits_charged: 120, fps: 60 }],
	['fragmented.mp4', 'mp4', { credits_charged: 100, fps: 25 }],
	['vp8.webm', 'webm', { credits_charged: 75, fps: 25 }],
])('which the headers of an uploaded video say: %s', async (name, extension, charged) => {
	const { sandbox, client } = await start();
	const { upload_url, file_path } = await uploadUrl(client, 'video', extension);
	await storage.put(upload_url, fixture(name));
	const { id, credits_charged } = await create(client, uploadedJob(file_path));
	expect(credits_charged).toBe(120);
	sandbox.finish(id);
	expect(await project(client, id)).toMatchObject(charged);
});

test('or what is counted for a video that does not say it', async () => {
	const { sandbox, client } = await start();
	const path = await upload(client, 'video', 'mp4');
	const { id } = await create(client, uploadedJob(path));
	sandbox.finish(id);
	expect(await project(client, id)).toMatchObject({ credits_charged: 120, fps: 30 });
});

describe('the parts that are kept of a large file', () => {
	const MEGABYTE = 1024 * 1024;

	it('are its beginning and its end, however it was cut into pieces', async () => {
		const file = Buffer.alloc(7 * MEGABYTE + 5);
		for (let at = 0; at < file.length; at += 1024)
			file.writeUInt32BE(at, Math.min(at, file.length - 4));
		const parts = new KeptParts();
		for (let at = 0; at < file.length; at += 700_001) parts.add(file.subarray(at, at + 700_001));
		expect(parts.size).toBe(file.length);
		expect(await parts.read(1000, 100)).toEqual(file.subarray(1000, 1100));
		expect(await parts.read(file.length - 100, 500)).toEqual(file.subarray(-100));
		expect(parts.canReadToEnd(file.length - 2 * MEGABYTE)).toBe(true);
		expect(parts.canReadToEnd(0)).toBe(false);
		await expect(parts.read(3 * MEGABYTE, 10)).rejects.toThrow('this part of it was not kept');
	});
});

test('deleting a video refunds nothing', async () => {
	const { sandbox, client } = await start();
	const { id } = await create(client);
	await client.delete(`/v1/video-projects/${id}`);
	expect(sandbox.account.credits).toBe(1_000_000 - 120);
});
