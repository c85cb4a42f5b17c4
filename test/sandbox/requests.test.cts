import { FILE_EXTENSIONS, type FileType } from '../../nodes/magicHour/api/contract.ts';
import { create, storage, upload, uploadUrl, youtubeJob, useSandbox } from './sandboxBed.cts';

const bed = useSandbox();

describe('every path of the API', () => {
	const paths = [
		['POST', '/v1/files/upload-urls'],
		['POST', '/v1/lip-sync'],
		['GET', '/v1/video-projects/cm0'],
		['DELETE', '/v1/video-projects/cm0'],
		['GET', '/v1/account'],
	] as const;

	test.each(paths)('%s %s wants the key', async (method, url) => {
		for (const authorization of [
			undefined,
			'',
			'sandbox-key',
			'Bearer wrong',
			'Basic sandbox-key',
		]) {
			const answer = await storage.request({
				method,
				url: bed.sandbox.url + url,
				data: method === 'POST' ? youtubeJob() : undefined,
				headers: { authorization },
			});
			expect(answer.status).toBe(401);
			expect(answer.data).toEqual({ message: 'Unauthorized' });
		}
		expect(bed.sandbox.jobs).toHaveLength(0);
	});

	test.each([
		['GET', '/'],
		['GET', '/v1/nothing'],
		['GET', '/v1/lip-sync'],
		['POST', '/v1/account'],
		['POST', '/v1/lip-sync/'],
		['POST', '/V1/lip-sync'],
	])('%s %s is none', async (method, url) => {
		const answer = await bed.client.request({ method, url });
		expect(answer.status).toBe(404);
		expect(answer.data).toEqual({ message: 'Not Found' });
	});

	test.each(['/v1/files/upload-urls', '/v1/lip-sync'])('POST %s wants JSON', async (url) => {
		const json = { 'content-type': 'application/json' };
		const post = async (body: unknown, headers: Record<string, string>) => {
			const { status, data } = await bed.client.post(url, body, { headers });
			return [status, data.message];
		};
		expect(await post(undefined, json)).toEqual([400, 'Missing request body']);
		expect(await post(Buffer.from('{"items":'), json)).toEqual([
			400,
			'The request body is not valid JSON',
		]);
		expect(await post(JSON.stringify(youtubeJob()), { 'content-type': 'text/plain' })).toEqual([
			400,
			'Content-Type must be application/json',
		]);
		expect(await post([], json)).toEqual([400, expect.stringContaining('expected object')]);
	});

	test('a JSON body over 1 MB is refused', async () => {
		const { status, data } = await bed.client.post(
			'/v1/lip-sync',
			youtubeJob({ name: 'x'.repeat(1_100_000) }),
		);
		expect(status).toBe(413);
		expect(data).toEqual({ message: expect.any(String) });
		expect(bed.sandbox.jobs).toHaveLength(0);
	});
});

describe('POST /v1/files/upload-urls', () => {
	const post = (items: unknown) => bed.client.post('/v1/files/upload-urls', { items });

	test('gives an address for each file, in the order of the request', async () => {
		const { status, data } = await post([
			{ type: 'video', extension: 'mp4' },
			{ type: 'audio', extension: 'mp3' },
			{ type: 'image', extension: 'png' },
		]);
		expect(status).toBe(200);
		expect(Object.keys(data)).toEqual(['items']);
		expect(data.items.map((item: { file_path: string }) => item.file_path)).toEqual([
			expect.stringMatching(/^api-assets\/cm[a-z0-9]{23}\/video\.mp4$/),
			expect.stringMatching(/^api-assets\/cm[a-z0-9]{23}\/audio\.mp3$/),
			expect.stringMatching(/^api-assets\/cm[a-z0-9]{23}\/image\.png$/),
		]);
		for (const { upload_url, expires_at } of data.items) {
			expect(upload_url).toMatch(`${bed.sandbox.url}/storage/uploads/api-assets/`);
			expect(Date.parse(expires_at)).toBeGreaterThan(Date.now());
		}
	});

	const allowed = Object.entries(FILE_EXTENSIONS).flatMap(([type, extensions]) =>
		extensions.map((extension) => ({ type, extension })),
	);
	test('takes every extension of the contract', async () => {
		expect((await post(allowed)).status).toBe(200);
	});

	test.each<[FileType, string]>([
		['audio', 'mp4'],
		['video', 'mp3'],
		['image', 'gif'],
		['video', 'constructor'],
	])('refuses as %s a file .%s in the words of the vendor', async (type, extension) => {
		const { status, data } = await post([{ type, extension }]);
		expect(status).toBe(422);
		expect(data).toEqual({
			message: `'${extension}' is an invalid ${type} extension. Possible extensions are '${FILE_EXTENSIONS[type].join(', ')}'`,
		});
	});

	test.each([
		['no items', undefined],
		['null', null],
		['an empty list', []],
		['a type of its own', [{ type: 'gif', extension: 'gif' }]],
		['no extension', [{ type: 'video' }]],
		['an empty extension', [{ type: 'video', extension: '' }]],
		['a dot', [{ type: 'video', extension: '.mp4' }]],
		['capitals', [{ type: 'video', extension: 'MP4' }]],
		['a field too many', [{ type: 'video', extension: 'mp4', name: 'a.mp4' }]],
	])('refuses %s', async (_what, items) => {
		const { status, data } = await post(items);
		expect(status).toBe(400);
		expect(data).toEqual({ message: expect.stringMatching(/items/) });
	});
});

describe('POST /v1/lip-sync', () => {
	const post = (body: unknown) => bed.client.post('/v1/lip-sync', body);
	const { assets: youtube } = youtubeJob();

	test('creates a job from uploaded files', async () => {
		const request = {
			name: 'Grüße 🎬',
			start_seconds: 1,
			end_seconds: 2.5,
			max_fps_limit: 12,
			height: 720,
			width: 1280,
			assets: {
				audio_file_path: await upload(bed.client, 'audio', 'mp3'),
				video_source: 'file',
				video_file_path: await upload(bed.client, 'video', 'mp4'),
			},
			style: { generation_mode: 'pro' },
		};
		const { status, data } = await post(request);
		expect(status).toBe(200);
		expect(data).toEqual({ id: expect.stringMatching(/^cm[a-z0-9]{23}$/), credits_charged: 36 });
		expect(bed.sandbox.jobs.map((job) => job.request)).toEqual([request]);
	});

	test('creates a job from web addresses, without looking at them', async () => {
		const { status } = await post({
			...youtubeJob(),
			assets: {
				audio_file_path: 'https://files.invalid/voice.mp3',
				video_source: 'file',
				video_file_path: 'http://files.invalid/video.mp4',
			},
		});
		expect(status).toBe(200);
	});

	test.each<[string, unknown, RegExp]>([
		['a missing start', { ...youtubeJob(), start_seconds: undefined }, /^start_seconds: /],
		['a missing end', { ...youtubeJob(), end_seconds: undefined }, /^end_seconds: /],
		['a start below 0', youtubeJob({ start_seconds: -1 }), /^start_seconds: /],
		['an end below 0.1', youtubeJob({ end_seconds: 0.05 }), /^end_seconds: /],
		[
			'an end that is the start',
			youtubeJob({ start_seconds: 4 }),
			/^end_seconds: must be greater than start_seconds$/,
		],
		['a time in words', { ...youtubeJob(), end_seconds: '4' }, /^end_seconds: /],
		['an empty name', youtubeJob({ name: '' }), /^name: must not be empty$/],
		['a null name', { ...youtubeJob(), name: null }, /^name: /],
		['a frame rate below 1', youtubeJob({ max_fps_limit: 0.5 }), /^max_fps_limit: /],
		['a height of 0', youtubeJob({ height: 0 }), /^height: /],
		['half a pixel', youtubeJob({ width: 10.5 }), /^width: /],
		['an unknown field', { ...youtubeJob(), fps: 30 }, /"fps"/],
		['no assets', { ...youtubeJob(), assets: undefined }, /^assets: /],
		[
			'no audio',
			{ ...youtubeJob(), assets: { ...youtube, audio_file_path: undefined } },
			/^assets\.audio_file_path: /,
		],
		[
			'an empty audio path',
			{ ...youtubeJob(), assets: { ...youtube, audio_file_path: '' } },
			/^assets\.audio_file_path: must not be empty$/,
		],
		[
			'another source',
			{ ...youtubeJob(), assets: { ...youtube, video_source: 'vimeo' } },
			/^assets\.video_source: /,
		],
		[
			'an unknown asset',
			{ ...youtubeJob(), assets: { ...youtube, image_file_path: 'a' } },
			/"image_file_path"/,
		],
		[
			'YouTube without an address',
			{ ...youtubeJob(), assets: { ...youtube, youtube_url: undefined } },
			/^assets\.youtube_url: is required if video_source is youtube$/,
		],
		[
			"YouTube with something that isn't an address",
			{ ...youtubeJob(), assets: { ...youtube, youtube_url: 'dQw4w9WgXcQ' } },
			/^assets\.youtube_url: must be an http or https URL$/,
		],
		[
			'YouTube and a file',
			{ ...youtubeJob(), assets: { ...youtube, video_file_path: 'https://a.invalid/b.mp4' } },
			/^assets\.video_file_path: has no meaning if video_source is youtube$/,
		],
		[
			'a file that is missing',
			{
				...youtubeJob(),
				assets: { audio_file_path: 'https://a.invalid/b.mp3', video_source: 'file' },
			},
			/^assets\.video_file_path: is required if video_source is file$/,
		],
		[
			'a file and YouTube',
			{
				...youtubeJob(),
				assets: { ...youtube, video_source: 'file', video_file_path: 'https://a.invalid/b.mp4' },
			},
			/^assets\.youtube_url: has no meaning if video_source is file$/,
		],
		[
			'another mode',
			{ ...youtubeJob(), style: { generation_mode: 'best' } },
			/^style\.generation_mode: /,
		],
		['a null style', { ...youtubeJob(), style: null }, /^style: /],
		['an unknown style', { ...youtubeJob(), style: { prompt: 'x' } }, /"prompt"/],
	])('refuses %s', async (_what, body, message) => {
		const { status, data } = await post(body);
		expect(status).toBe(400);
		expect(data).toEqual({ message: expect.stringMatching(message) });
		expect(bed.sandbox.jobs).toHaveLength(0);
	});

	test('names all the fields that are wrong', async () => {
		const { data } = await post({ ...youtubeJob(), name: '', end_seconds: 0 });
		expect(data.message).toMatch(/^name: .*; end_seconds: /);
	});

	describe('refuses a file path', () => {
		const withAudio = (audio_file_path: string) => ({
			...youtubeJob(),
			assets: { ...youtube, audio_file_path },
		});
		const refusal = async (path: string) => {
			const { status, data } = await post(withAudio(path));
			return [status, data.message];
		};

		test('that it never gave out', async () => {
			expect(await refusal('api-assets/nothing/audio.mp3')).toEqual([
				422,
				"assets.audio_file_path: there is no uploaded file 'api-assets/nothing/audio.mp3'",
			]);
		});

		test('nothing was uploaded to', async () => {
			const { file_path } = await uploadUrl(bed.client, 'audio', 'mp3');
			expect(await refusal(file_path)).toEqual([422, expect.stringContaining('no uploaded file')]);
		});

		test('of a file of another type', async () => {
			const path = await upload(bed.client, 'video', 'webm');
			expect(await refusal(path)).toEqual([
				422,
				`assets.audio_file_path: '${path}' was uploaded as video, not as audio`,
			]);
		});
	});
});

test('ids differ', async () => {
	const ids = new Set<string>();
	for (let count = 0; count < 20; count++) ids.add((await create(bed.client)).id);
	expect(ids.size).toBe(20);
});
