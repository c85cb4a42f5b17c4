import type { INodeParameters } from 'n8n-workflow';

import { fixture } from '../support/mediaFixtures.cts';
import { fixtureRoutes, serve } from '../support/mediaServer.cts';
import { FILES, file, url, youtube } from '../support/sources.cts';
import { EngineBed, workflowOf, type Item } from './engineBed.cts';

const inField = (name: string, mimeType: string) => ({
	data: fixture(name).toString('base64'),
	mimeType,
	fileName: name,
});

/** @param names of fixtures */
const itemOf = (video: string, audio: string): Item => ({
	json: {},
	binary: { video: inField(video, 'video/mp4'), audio: inField(audio, 'audio/mpeg') },
});

describe('where the clip ends', () => {
	let bed: EngineBed;
	let web: Awaited<ReturnType<typeof serve>>;
	beforeAll(async () => {
		bed = await EngineBed.start();
		web = await serve(fixtureRoutes);
	});
	beforeEach(() => {
		bed.sandbox.reset();
		web.traffic.requests = [];
	});
	afterAll(async () => {
		await web.close();
		await bed.stop();
	});

	const at = (name: string) => url(`${web.url}/ranges/${name}`);
	const run = async (item: Item | Item[], parameters: INodeParameters, settings = {}) =>
		await bed.run(workflowOf([item].flat(), { output: 'jobId', ...parameters }, settings));
	/** What the API was asked for. */
	const created = () => bed.sandbox.jobs.map(({ request }) => request);

	// The video has 2.5 seconds and 24 fps, the sound 3 seconds; or 3.2 seconds and 25 fps, and 2 seconds.
	const SHORT_VIDEO = itemOf('longer-voice-24fps.m4v', 'pcm.wav');
	const LONG_VIDEO = itemOf('index-first.mp4', 'float.wav');

	describe.each<[string, INodeParameters, Item, number]>([
		['with the audio', {}, LONG_VIDEO, 2],
		['with the audio, after a start', { startSeconds: 1 }, LONG_VIDEO, 3],
		[
			'with the audio, at most half a second after the video',
			{ startSeconds: 1.5 },
			LONG_VIDEO,
			3.5,
		],
		['with the shorter one: the audio', { clipEnd: 'shorter' }, LONG_VIDEO, 2],
		['with the shorter one: the video', { clipEnd: 'shorter' }, SHORT_VIDEO, 2.5],
		['with the video', { clipEnd: 'video' }, LONG_VIDEO, 3.2],
		['at a given second', { clipEnd: 'seconds', endSeconds: 1.25 }, LONG_VIDEO, 1.25],
	])('%s', (_, parameters, item, end) => {
		it('from binary fields', async () => {
			const ran = await run(item, { ...FILES, ...parameters });
			expect(ran.error).toBeUndefined();
			expect(created()).toMatchObject([{ end_seconds: end }]);
		});

		it('from web addresses, and from one of each', async () => {
			const [video, audio] = [item.binary!.video!.fileName!, item.binary!.audio!.fileName!];
			await run(item, { video: at(video), audio: at(audio), ...parameters });
			await run(item, { video: at(video), audio: file('audio'), ...parameters });
			await run(item, { video: file('video'), audio: at(audio), ...parameters });
			expect(created()).toMatchObject(Array(3).fill({ end_seconds: end }));
		});
	});

	describe('is refused, with nothing sent to the API,', () => {
		it.each<[string, () => INodeParameters, Item, string]>([
			[
				'where speech would be cut off',
				() => FILES,
				itemOf('vp9-60fps.webm', 'pcm.wav'),
				'The speech would be cut off: the audio has 3 seconds, the video 2',
			],
			[
				'where speech would be cut off after a start',
				() => ({ ...FILES, startSeconds: 2 }),
				LONG_VIDEO,
				'The speech would be cut off: the audio has 2 seconds, the video 3.2, of which 1.2 are left',
			],
			[
				'where the clip starts after the video',
				() => ({ ...FILES, startSeconds: 3.2 }),
				LONG_VIDEO,
				'Start (Seconds) is 3.2, but the video is only 3.2 seconds long',
			],
			[
				'where a YouTube video would have to be known',
				() => ({ ...FILES, video: youtube('https://youtu.be/dQw4w9WgXcQ'), clipEnd: 'video' }),
				LONG_VIDEO,
				"The length of the video is not known: YouTube doesn't say how long the video is",
			],
			[
				'where an uploaded file would have to be known',
				() => ({ ...FILES, audio: url('api-assets/id/1234.mp3') }),
				LONG_VIDEO,
				'The length of the audio is not known: a file_path of an earlier upload cannot be read',
			],
			[
				'where a web address has no file',
				() => ({ ...FILES, audio: at('nowhere.mp3') }),
				LONG_VIDEO,
				'The length of the audio is not known: its server answered with status 404',
			],
			[
				'where a file is broken',
				() => FILES,
				{
					json: {},
					binary: {
						...LONG_VIDEO.binary,
						audio: { ...inField('pcm.wav', 'audio/wav'), data: 'AAAAAAAA' },
					},
				},
				'The length of the audio is not known: its content is of no kind that this node can read',
			],
		])('%s', async (_, parameters, item, message) => {
			const { error } = await run(item, parameters());
			expect(error!.message).toBe(message);
			expect(error!.description).toContain('Nothing was uploaded or created');
			expect(bed.sandbox.requests).toHaveLength(0);
		});

		it.each<[string, () => string, RegExp]>([
			['its server has no such file', () => `${web.url}/nowhere.mp3`, /status 404$/],
			['its server cannot be reached', () => 'http://127.0.0.1:1/voice.mp3', /\(ECONNREFUSED\)$/],
		])('and says which address to check where %s', async (_, address, reason) => {
			const secret = new URL(`${address()}?signature=s3cret`);
			secret.password = 's3cret';
			const { error } = await run(LONG_VIDEO, { ...FILES, audio: url(secret.href) });
			expect(error!.message).toMatch(reason);
			expect(error!.description).toMatch(
				new RegExp(`^Check the address “${address()}”.* Nothing was uploaded or created\\.`),
			);
			expect(error!.description).not.toContain('s3cret');
		});

		it('for one item alone where the node is set to continue', async () => {
			const items = [itemOf('vp9-60fps.webm', 'pcm.wav'), LONG_VIDEO];
			const ran = await run(items, FILES, { onError: 'continueRegularOutput' });
			expect(ran.json()).toMatchObject([
				{ error: expect.stringContaining('cut off') },
				{ id: expect.any(String) },
			]);
			expect(created()).toHaveLength(1);
		});
	});

	it('is found without the video where its length cannot be known', async () => {
		await run(LONG_VIDEO, { ...FILES, video: youtube('https://youtu.be/dQw4w9WgXcQ') });
		await run(LONG_VIDEO, { ...FILES, clipEnd: 'video' });
		const uploaded = [...bed.sandbox.uploads.keys()].find((path) => path.endsWith('.mp4'));
		await run(LONG_VIDEO, { ...FILES, video: url(uploaded!), clipEnd: 'shorter' });
		expect(created().map(({ end_seconds }) => end_seconds)).toEqual([2, 3.2, 2]);
	});

	it('is found by looking at each file of a batch once', async () => {
		const items = Array.from({ length: 6 }, (_, number) => ({
			json: { audio: number % 2 === 0 ? 'float.wav' : 'mpeg2-16khz.mp3' },
		}));
		const audio = url(`={{ "${web.url}/ranges/" + $json.audio }}`);
		await run(items, { video: at('index-first.mp4'), audio });
		expect(
			created()
				.map(({ end_seconds }) => end_seconds)
				.sort(),
		).toEqual([...[2, 2, 2], ...[2.088, 2.088, 2.088]]);
		const paths = web.traffic.requests.map(({ path }) => path).sort();
		expect(paths).toEqual([
			'/ranges/float.wav',
			'/ranges/index-first.mp4',
			'/ranges/mpeg2-16khz.mp3',
		]);
	});

	it('is asked of nobody where it is given and no price was promised', async () => {
		const sources = { video: at('index-first.mp4'), audio: at('pcm.wav') };
		await run({ json: {} }, { ...sources, clipEnd: 'seconds', endSeconds: 2 });
		expect(created()).toHaveLength(1);
		expect(web.traffic.requests).toEqual([]);
	});

	it("isn't part of what an order is: a second try keeps the job without another look", async () => {
		const audio = url(`={{ "${web.url}/ranges/" + $json.audio }}`);
		const items = [{ json: { audio: 'float.wav' } }, { json: { audio: 'mpeg2-16khz.mp3' } }];
		const refused = { status: 400, body: { message: 'No' } };
		bed.sandbox.fail({ on: 'createLipSync', action: refused, skip: 1 });
		const ran = await run(
			items,
			{ video: youtube('https://youtu.be/dQw4w9WgXcQ'), audio, options: { parallelRequests: 1 } },
			{ retryOnFail: true, maxTries: 2, waitBetweenTries: 0 },
		);
		expect(ran.error).toBeUndefined();
		expect(created()).toHaveLength(2);
		expect(web.traffic.requests.map(({ path }) => path)).toEqual([
			...['/ranges/float.wav', '/ranges/mpeg2-16khz.mp3'],
			'/ranges/mpeg2-16khz.mp3',
		]);
	});
});
