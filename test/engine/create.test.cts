import type { LipSyncRequest } from '../../nodes/magicHour/api.types.ts';
import { Bench, JOB, items, itemWithFiles, workflowOf } from './support.cts';

describe('lipSync: create', () => {
	let bench: Bench;
	beforeAll(async () => (bench = await Bench.start()));
	beforeEach(() => bench.sandbox.reset());
	afterAll(async () => await bench.stop());

	const sent = () => bench.sandbox.requestsTo('createLipSync').map(({ body }) => body);

	/** The request that these parameters and the first item lead to. */
	async function requestOf(parameters: object, input = items(1)): Promise<unknown> {
		const ran = await bench.run(workflowOf(input, parameters as never));
		expect(ran.error).toBeUndefined();
		expect(sent()).toHaveLength(input.length);
		return sent()[0];
	}

	const PLAIN: LipSyncRequest = {
		start_seconds: 0,
		end_seconds: 1,
		assets: {
			audio_file_path: 'https://example.com/voice.mp3',
			video_source: 'file',
			video_file_path: 'https://example.com/head.mp4',
		},
		style: { generation_mode: 'lite' },
	};

	describe('the request', () => {
		it('has every field that was filled in, under the name the API gives it', async () => {
			const body = await requestOf({
				audioFilePath: 'https://example.com/voice.mp3',
				videoFilePath: 'https://example.com/head.mp4',
				startSeconds: 1.5,
				endSeconds: 4.25,
				generationMode: 'pro',
				additionalFields: { name: 'Welcome', maxFpsLimit: 12, height: 720, width: 1280 },
			});
			expect(body).toStrictEqual({
				name: 'Welcome',
				start_seconds: 1.5,
				end_seconds: 4.25,
				max_fps_limit: 12,
				height: 720,
				width: 1280,
				assets: {
					audio_file_path: 'https://example.com/voice.mp3',
					video_source: 'file',
					video_file_path: 'https://example.com/head.mp4',
				},
				style: { generation_mode: 'pro' },
			});
		});

		it('has the defaults of the node where nothing was chosen: 15 seconds, Lite', async () => {
			const { audioFilePath, videoFilePath } = JOB;
			const body = await requestOf({ audioFilePath, videoFilePath });
			expect(body).toStrictEqual({ ...PLAIN, start_seconds: 0, end_seconds: 15 });
		});

		it.each(['lite', 'standard', 'pro'])('asks for the mode %s', async (generationMode) => {
			const body = await requestOf({ ...JOB, generationMode });
			expect(body).toStrictEqual({ ...PLAIN, style: { generation_mode: generationMode } });
		});

		const LEFT_EMPTY: Array<[what: string, parameters: object]> = [
			['no additional field was added', {}],
			['the name is empty', { additionalFields: { name: '' } }],
			['the name is blank', { additionalFields: { name: '   ' } }],
			['the name has no value', { additionalFields: { name: '={{ $json.nothing }}' } }],
			['Max FPS Limit has no value', { additionalFields: { maxFpsLimit: '={{ null }}' } }],
			['Max FPS Limit is blank text', { additionalFields: { maxFpsLimit: '={{ " " }}' } }],
			['height and width are 0', { additionalFields: { height: 0, width: 0 } }],
			['the additional fields are null', { additionalFields: '={{ null }}' }],
			['the options are null', { options: '={{ null }}' }],
			['an address is left over from YouTube', { youtubeUrl: 'https://youtu.be/dQw4w9WgXcQ' }],
			['a field name is left over from Binary File', { videoBinaryPropertyName: 'clip' }],
		];
		it.each(LEFT_EMPTY)('sends nothing for a field that is not in use: %s', async (_, more) => {
			expect(await requestOf({ ...JOB, ...more })).toStrictEqual(PLAIN);
		});

		const AS_TEXT: Array<[what: string, parameters: object, body: object]> = [
			['numbers', { startSeconds: '={{ "0.5" }}' }, { start_seconds: 0.5 }],
			['a number with blanks', { endSeconds: '={{ " 2 " }}' }, { end_seconds: 2 }],
			[
				'paths with line breaks around them',
				{ audioFilePath: '={{ "\\n https://example.com/voice.mp3 \\n" }}' },
				{},
			],
		];
		it.each(AS_TEXT)('takes %s out of the text an expression gives', async (_, more, body) => {
			expect(await requestOf({ ...JOB, ...more })).toStrictEqual({ ...PLAIN, ...body });
		});

		const NAMES = [
			'Begrüßung für Zoë',
			'ようこそ 🎬 नमस्ते',
			'مرحبا بالعالم',
			'👩🏽‍🚀 “quoted” \\ back/slash',
			'e\u0301 and \u00e9 are not the same',
		];
		it.each(NAMES)('keeps a name as it is: %s', async (name) => {
			const ran = await bench.run(
				workflowOf([{ json: { name } }], {
					...JOB,
					additionalFields: { name: '={{ $json.name }}' },
				}),
			);
			expect(ran.error).toBeUndefined();
			expect(sent()).toStrictEqual([{ name, ...PLAIN }]);
			expect(bench.sandbox.jobs[0]!.project.name).toBe(name);
		});

		it('takes an address as it is, in any script and with any query', async () => {
			const audioFilePath = 'https://cdn.example.com/grüße/音声.mp3?X-Sig=a%2Fb+c==&e=1';
			const body = await requestOf({ ...JOB, audioFilePath });
			expect(body).toStrictEqual({
				...PLAIN,
				assets: { ...PLAIN.assets, audio_file_path: audioFilePath },
			});
		});
	});

	describe('a video on YouTube', () => {
		const ADDRESSES = [
			'https://www.youtube.com/watch?v=dQw4w9WgXcQ',
			'https://youtube.com/watch?v=dQw4w9WgXcQ',
			'http://youtube.com/watch?v=dQw4w9WgXcQ',
			'https://m.youtube.com/watch?v=dQw4w9WgXcQ&t=42s',
			'https://music.youtube.com/watch?v=dQw4w9WgXcQ',
			'https://www.youtube.com/watch?list=PL123&v=dQw4w9WgXcQ',
			'https://youtu.be/dQw4w9WgXcQ',
			'https://youtu.be/dQw4w9WgXcQ?si=abc',
			'https://www.youtube.com/shorts/dQw4w9WgXcQ',
			'https://www.youtube.com/live/dQw4w9WgXcQ?feature=share',
			'https://www.youtube.com/embed/dQw4w9WgXcQ',
			'https://www.youtube.com/v/dQw4w9WgXcQ',
			'https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ',
			'HTTPS://WWW.YOUTUBE.COM/watch?v=-_w4w9WgXcQ',
		];
		it.each(ADDRESSES)('is taken from %s', async (youtubeUrl) => {
			const body = await requestOf({
				audioFilePath: JOB.audioFilePath,
				endSeconds: 1,
				videoSource: 'youtube',
				youtubeUrl,
			});
			expect(body).toStrictEqual({
				...PLAIN,
				assets: {
					audio_file_path: 'https://example.com/voice.mp3',
					video_source: 'youtube',
					youtube_url: youtubeUrl,
				},
			});
		});

		it('goes with an audio file that is uploaded', async () => {
			const ran = await bench.run(
				workflowOf([itemWithFiles()], {
					audioInput: 'binary',
					endSeconds: 1,
					videoSource: 'youtube',
					youtubeUrl: 'https://youtu.be/dQw4w9WgXcQ',
				}),
			);
			expect(ran.error).toBeUndefined();
			const [audioPath, ...more] = [...bench.sandbox.uploads.keys()];
			expect(more).toEqual([]);
			expect(sent()).toStrictEqual([
				{
					...PLAIN,
					assets: {
						audio_file_path: audioPath,
						video_source: 'youtube',
						youtube_url: 'https://youtu.be/dQw4w9WgXcQ',
					},
				},
			]);
		});
	});

	describe('files from binary fields', () => {
		const pathOf = (type: string) =>
			[...bench.sandbox.uploads.keys()].find((path) => path.includes(`/${type}.`));

		const INPUTS: Array<[audioInput: string, videoInput: string]> = [
			['path', 'path'],
			['path', 'binary'],
			['binary', 'path'],
			['binary', 'binary'],
		];
		it.each(INPUTS)('audio from %s, video from %s', async (audioInput, videoInput) => {
			const body = await requestOf({ ...JOB, audioInput, videoInput }, [itemWithFiles()]);
			const audioPath = audioInput === 'path' ? JOB.audioFilePath : pathOf('audio');
			const videoPath = videoInput === 'path' ? JOB.videoFilePath : pathOf('video');
			expect([audioPath, videoPath]).not.toContain(undefined);
			expect(body).toStrictEqual({
				...PLAIN,
				assets: {
					audio_file_path: audioPath,
					video_source: 'file',
					video_file_path: videoPath,
				},
			});
		});

		it('are uploaded before the job is created, both addresses asked for at once', async () => {
			await requestOf({ ...JOB, audioInput: 'binary', videoInput: 'binary' }, [itemWithFiles()]);
			expect(bench.sandbox.requests.map(({ endpoint }) => endpoint)).toEqual([
				'uploadUrls',
				'upload',
				'upload',
				'createLipSync',
			]);
		});

		it('can differ from item to item in where they come from', async () => {
			const ran = await bench.run(
				workflowOf([itemWithFiles(), { json: {} }], {
					...JOB,
					audioInput: '={{ $itemIndex === 0 ? "binary" : "path" }}',
					videoInput: '={{ $itemIndex === 0 ? "binary" : "path" }}',
					audioBinaryPropertyName: 'audio',
					videoBinaryPropertyName: 'video',
				}),
			);
			expect(ran.error).toBeUndefined();
			const paths = sent().map((body) => (body as LipSyncRequest).assets);
			expect(paths).toContainEqual(PLAIN.assets);
			expect(paths).toContainEqual({
				audio_file_path: pathOf('audio'),
				video_source: 'file',
				video_file_path: pathOf('video'),
			});
			expect(bench.sandbox.uploads.size).toBe(2);
		});

		it('are found in fields of any name', async () => {
			const { video, audio } = itemWithFiles().binary!;
			const input = [{ json: {}, binary: { 'O-Ton 1': audio!, 'Büro 🎬': video! } }];
			const ran = await bench.run(
				workflowOf(input, {
					audioInput: 'binary',
					audioBinaryPropertyName: 'O-Ton 1',
					videoInput: 'binary',
					videoBinaryPropertyName: 'Büro 🎬',
					endSeconds: 1,
				}),
			);
			expect(ran.error).toBeUndefined();
			expect(bench.sandbox.jobs).toHaveLength(1);
		});
	});

	describe('the output', () => {
		it("is the API's own answer, one item for each input item, paired", async () => {
			const ran = await bench.run(workflowOf(items(1), JOB));
			expect(ran.items()).toStrictEqual([
				{
					json: { id: bench.sandbox.jobs[0]!.id, credits_charged: 30 },
					pairedItem: { item: 0 },
				},
			]);
		});

		it('keeps every field the API answers with, also those nobody knows yet', async () => {
			const body = {
				id: 'cm1',
				credits_charged: 450,
				estimated_frame_cost: 450,
				queue: { position: 3, eta: null },
			};
			bench.sandbox.fail({ on: 'createLipSync', action: { status: 200, body } });
			const ran = await bench.run(workflowOf(items(1), JOB));
			expect(ran.items()).toStrictEqual([{ json: body, pairedItem: { item: 0 } }]);
		});

		it('has neither the JSON nor the files of the input in it', async () => {
			const ran = await bench.run(workflowOf([{ ...itemWithFiles(), json: { secret: 1 } }], JOB));
			expect(Object.keys(ran.items()[0]!)).toEqual(['json', 'pairedItem']);
			expect(Object.keys(ran.json()[0]!)).toEqual(['id', 'credits_charged']);
		});

		it('is in the order of the input when the answers come in another', async () => {
			const COUNT = 30;
			// The later an item, the sooner its answer.
			for (let index = 0; index < COUNT; index++) {
				bench.sandbox.fail({
					on: 'createLipSync',
					action: { delaySeconds: (COUNT - index) * 0.015 },
					match: ({ body }) => (body as LipSyncRequest).name === `item ${index}`,
				});
			}
			const ran = await bench.run(
				workflowOf(items(COUNT), {
					...JOB,
					additionalFields: { name: '={{ "item " + $json.number }}' },
					options: { parallelRequests: COUNT },
				}),
			);
			expect(ran.error).toBeUndefined();
			const idOf = new Map(bench.sandbox.jobs.map(({ id, request }) => [request.name, id]));
			expect(ran.items()).toStrictEqual(
				items(COUNT).map((_, index) => ({
					json: { id: idOf.get(`item ${index}`), credits_charged: 30 },
					pairedItem: { item: index },
				})),
			);
		});

		it('has a job for each item, with what the expressions say for that item', async () => {
			const input = [1, 2, 3].map((seconds) => ({ json: { seconds, title: `Clip ${seconds}` } }));
			const ran = await bench.run(
				workflowOf(input, {
					...JOB,
					endSeconds: '={{ $json.seconds }}',
					generationMode: '={{ $json.seconds === 3 ? "pro" : "lite" }}',
					additionalFields: { name: '={{ $json.title }}' },
				}),
			);
			const jobOf = new Map(bench.sandbox.jobs.map((job) => [job.request.name, job]));
			expect(ran.json()).toStrictEqual([
				{ id: jobOf.get('Clip 1')!.id, credits_charged: 30 },
				{ id: jobOf.get('Clip 2')!.id, credits_charged: 60 },
				{ id: jobOf.get('Clip 3')!.id, credits_charged: 180 },
			]);
		});
	});
});
