import { join } from 'node:path';

import type { IBinaryKeyData } from 'n8n-workflow';

import type { LipSyncRequest } from '../../nodes/magicHour/api/contract.ts';
import { FILES, file, url, youtube } from '../support/sources.cts';
import {
	AUDIO,
	EngineBed,
	JOB,
	VIDEO,
	chained,
	items,
	itemWithFiles,
	node,
	workflowOf,
} from './engineBed.cts';

describe('lipSync: create', () => {
	let bed: EngineBed;
	beforeAll(async () => (bed = await EngineBed.start()));
	beforeEach(() => bed.sandbox.reset());
	afterAll(async () => await bed.stop());

	const sent = () => bed.sandbox.requestsTo('createLipSync').map(({ body }) => body);

	/** The request that these parameters and the first item lead to. */
	async function requestOf(parameters: object, input = items(1)): Promise<unknown> {
		const ran = await bed.run(workflowOf(input, parameters as never));
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
				audio: url('https://example.com/voice.mp3'),
				video: url('https://example.com/head.mp4'),
				startSeconds: 1.5,
				output: 'jobId',
				clipEnd: 'seconds',
				endSeconds: 4.25,
				generationMode: 'pro',
				options: { name: 'Welcome', maxFpsLimit: 12, height: 720, width: 1280 },
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
			const { audio, video, output, clipEnd } = JOB;
			const body = await requestOf({ audio, video, output, clipEnd });
			expect(body).toStrictEqual({ ...PLAIN, start_seconds: 0, end_seconds: 15 });
		});

		it.each(['lite', 'standard', 'pro'])('asks for the mode %s', async (generationMode) => {
			const body = await requestOf({ ...JOB, generationMode });
			expect(body).toStrictEqual({ ...PLAIN, style: { generation_mode: generationMode } });
		});

		const LEFT_EMPTY: Array<[what: string, parameters: object]> = [
			['no option was added', {}],
			['the name is empty', { options: { name: '' } }],
			['the name is blank', { options: { name: '   ' } }],
			['the name has no value', { options: { name: '={{ $json.nothing }}' } }],
			['Max FPS Limit has no value', { options: { maxFpsLimit: '={{ null }}' } }],
			['Max FPS Limit is blank text', { options: { maxFpsLimit: '={{ " " }}' } }],
			['height and width are 0', { options: { height: 0, width: 0 } }],
			['the options are null', { options: '={{ null }}' }],
		];
		it.each(LEFT_EMPTY)('sends nothing for a field that is not in use: %s', async (_, more) => {
			expect(await requestOf({ ...JOB, ...more })).toStrictEqual(PLAIN);
		});

		const AS_TEXT: Array<[what: string, parameters: object, body: object]> = [
			['numbers', { startSeconds: '={{ "0.5" }}' }, { start_seconds: 0.5 }],
			['a number with blanks', { endSeconds: '={{ " 2 " }}' }, { end_seconds: 2 }],
			[
				'paths with line breaks around them',
				{ audio: url('={{ "\\n https://example.com/voice.mp3 \\n" }}') },
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
			const ran = await bed.run(
				workflowOf([{ json: { name } }], {
					...JOB,
					options: { name: '={{ $json.name }}' },
				}),
			);
			expect(ran.error).toBeUndefined();
			expect(sent()).toStrictEqual([{ name, ...PLAIN }]);
			expect(bed.sandbox.jobs[0]!.project.name).toBe(name);
		});

		it('takes an address as it is, in any script and with any query', async () => {
			const address = 'https://cdn.example.com/grüße/音声.mp3?X-Sig=a%2Fb+c==&e=1';
			const body = await requestOf({ ...JOB, audio: url(address) });
			expect(body).toStrictEqual({
				...PLAIN,
				assets: { ...PLAIN.assets, audio_file_path: address },
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
		it.each(ADDRESSES)('is taken from %s', async (address) => {
			const body = await requestOf({
				...JOB,
				video: youtube(address),
			});
			expect(body).toStrictEqual({
				...PLAIN,
				assets: {
					audio_file_path: 'https://example.com/voice.mp3',
					video_source: 'youtube',
					youtube_url: address,
				},
			});
		});

		it('goes with an audio file that is uploaded', async () => {
			const ran = await bed.run(
				workflowOf([itemWithFiles()], {
					...JOB,
					audio: file('audio'),
					video: youtube('https://youtu.be/dQw4w9WgXcQ'),
				}),
			);
			expect(ran.error).toBeUndefined();
			const [audioPath, ...more] = [...bed.sandbox.uploads.keys()];
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
			[...bed.sandbox.uploads.keys()].find((path) => path.includes(`/${type}.`));

		const MODES: Array<[audio: 'url' | 'file', video: 'url' | 'file']> = [
			['url', 'url'],
			['url', 'file'],
			['file', 'url'],
			['file', 'file'],
		];
		it.each(MODES)('audio from %s, video from %s', async (audioMode, videoMode) => {
			const audio = audioMode === 'file' ? FILES.audio : JOB.audio;
			const video = videoMode === 'file' ? FILES.video : JOB.video;
			const body = await requestOf({ ...JOB, audio, video }, [itemWithFiles()]);
			const audioPath = audioMode === 'url' ? JOB.audio.value : pathOf('audio');
			const videoPath = videoMode === 'url' ? JOB.video.value : pathOf('video');
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
			await requestOf({ ...JOB, ...FILES }, [itemWithFiles()]);
			expect(bed.sandbox.requests.map(({ endpoint }) => endpoint)).toEqual([
				'uploadUrls',
				'upload',
				'upload',
				'createLipSync',
			]);
		});

		it('can differ from item to item in where they come from', async () => {
			const ran = await bed.run(
				workflowOf([itemWithFiles(), { json: {} }], {
					...JOB,
					audio: `={{ $itemIndex === 0 ? ${JSON.stringify(FILES.audio)} : "${JOB.audio.value}" }}`,
					video: `={{ $itemIndex === 0 ? ${JSON.stringify(FILES.video)} : "${JOB.video.value}" }}`,
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
			expect(bed.sandbox.uploads.size).toBe(2);
		});

		it('are found in fields of any name', async () => {
			const { video, audio } = itemWithFiles().binary!;
			const input = [{ json: {}, binary: { 'O-Ton 1': audio!, 'Büro 🎬': video! } }];
			const ran = await bed.run(
				workflowOf(input, {
					...JOB,
					audio: file('O-Ton 1'),
					video: file('Büro 🎬'),
				}),
			);
			expect(ran.error).toBeUndefined();
			expect(bed.sandbox.jobs).toHaveLength(1);
		});
	});

	describe('the files of earlier nodes', () => {
		const read = (name: string, sample: string) =>
			node(name, 'n8n-nodes-base.readWriteFile', {
				fileSelector: join(__dirname, '../../samples', sample),
			});

		it('are taken where they are, without a Merge node', async () => {
			const workflow = chained(
				[read('Read Video', 'talking-head.mp4'), read('Read Audio', 'voice-over.mp3')],
				{
					...JOB,
					video: file("={{ $('Read Video').item.binary.data }}"),
					audio: file('data'),
				},
			);
			const ran = await bed.run(workflow);
			expect(ran.error).toBeUndefined();
			expect([...bed.sandbox.uploads.values()].map(({ bytes }) => bytes).sort()).toEqual(
				[AUDIO.length, VIDEO.length].sort(),
			);
			expect(bed.sandbox.jobs).toHaveLength(1);
		});

		it('mean the field “data” where an expression names none', async () => {
			const workflow = chained([read('Read Audio', 'voice-over.mp3')], {
				...JOB,
				audio: file('={{ "" }}'),
			});
			const ran = await bed.run(workflow);
			expect(ran.error).toBeUndefined();
			expect([...bed.sandbox.uploads.values()].map(({ bytes }) => bytes)).toEqual([AUDIO.length]);
		});
	});

	describe('the output', () => {
		it("is the API's own answer, one item for each input item, paired", async () => {
			const ran = await bed.run(workflowOf(items(1), JOB));
			expect(ran.items()).toStrictEqual([
				{
					json: { id: bed.sandbox.jobs[0]!.id, credits_charged: 30 },
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
			bed.sandbox.fail({ on: 'createLipSync', action: { status: 200, body } });
			const ran = await bed.run(workflowOf(items(1), JOB));
			expect(ran.items()).toStrictEqual([{ json: body, pairedItem: { item: 0 } }]);
		});

		it('comes with a hint what to do next, where the node did not wait', async () => {
			const ran = await bed.run(workflowOf(items(1), JOB));
			expect(ran.task()!.hints).toEqual([
				expect.objectContaining({ message: expect.stringMatching(/“Wait for a video to finish”/) }),
			]);
		});

		it('is the video, its address and what people use, where nothing else was chosen', async () => {
			const { output, simplify, ...parameters } = JOB;
			expect([output, simplify]).toEqual(['jobId', false]);
			const ran = await bed.run(
				workflowOf(items(1), { ...parameters, options: { pollInterval: 0.05 } }),
			);
			const [{ json, binary }] = ran.items() as [{ json: object; binary: IBinaryKeyData }];
			expect(Object.keys(json)).toEqual([
				'id',
				'name',
				'status',
				'credits_charged',
				'video_url',
				'expires_at',
			]);
			expect(await bed.engine.content(binary.data!.id!)).toEqual(VIDEO);
			expect(ran.task()!.hints ?? []).toEqual([]);
		});

		it('has neither the JSON nor the files of the input in it', async () => {
			const ran = await bed.run(workflowOf([{ ...itemWithFiles(), json: { secret: 1 } }], JOB));
			expect(Object.keys(ran.items()[0]!)).toEqual(['json', 'pairedItem']);
			expect(Object.keys(ran.json()[0]!)).toEqual(['id', 'credits_charged']);
		});

		it('is in the order of the input when the answers come in another', async () => {
			const COUNT = 30;
			// The later an item, the sooner its answer.
			for (let index = 0; index < COUNT; index++) {
				bed.sandbox.fail({
					on: 'createLipSync',
					action: { delaySeconds: (COUNT - index) * 0.015 },
					match: ({ body }) => (body as LipSyncRequest).name === `item ${index}`,
				});
			}
			const ran = await bed.run(
				workflowOf(items(COUNT), {
					...JOB,
					options: { name: '={{ "item " + $json.number }}', parallelRequests: COUNT },
				}),
			);
			expect(ran.error).toBeUndefined();
			const idOf = new Map(bed.sandbox.jobs.map(({ id, request }) => [request.name, id]));
			expect(ran.items()).toStrictEqual(
				items(COUNT).map((_, index) => ({
					json: { id: idOf.get(`item ${index}`), credits_charged: 30 },
					pairedItem: { item: index },
				})),
			);
		});

		it('has a job for each item, with what the expressions say for that item', async () => {
			const input = [1, 2, 3].map((seconds) => ({ json: { seconds, title: `Clip ${seconds}` } }));
			const ran = await bed.run(
				workflowOf(input, {
					...JOB,
					endSeconds: '={{ $json.seconds }}',
					generationMode: '={{ $json.seconds === 3 ? "pro" : "lite" }}',
					options: { name: '={{ $json.title }}' },
				}),
			);
			const jobOf = new Map(bed.sandbox.jobs.map((job) => [job.request.name, job]));
			expect(ran.json()).toStrictEqual([
				{ id: jobOf.get('Clip 1')!.id, credits_charged: 30 },
				{ id: jobOf.get('Clip 2')!.id, credits_charged: 60 },
				{ id: jobOf.get('Clip 3')!.id, credits_charged: 180 },
			]);
		});
	});
});
