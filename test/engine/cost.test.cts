import { EngineBed, type Item, items, itemWithFiles, JOB, workflowOf } from './engineBed.cts';
import { fixture } from '../support/mediaFixtures.cts';
import { file, FILES, youtube } from '../support/sources.cts';

const fileField = (fileName: string, mimeType: string) => ({
	data: fixture(fileName).toString('base64'),
	mimeType,
	fileName,
});

describe('what jobs cost', () => {
	let bed: EngineBed;
	beforeAll(async () => (bed = await EngineBed.start()));
	beforeEach(() => bed.sandbox.reset());
	afterAll(async () => await bed.stop());

	describe('lipSync: estimate', () => {
		it.each([
			[
				{ startSeconds: 0, endSeconds: 15 },
				{
					estimated_credits: 450,
					frames: 450,
					fps: 30,
					seconds: 15,
					credits_per_frame: 1,
					measured: false,
				},
			],
			[
				{ startSeconds: 2.5, endSeconds: 5, generationMode: 'standard' },
				{
					estimated_credits: 75,
					frames: 75,
					fps: 30,
					seconds: 2.5,
					credits_per_frame: 1,
					measured: false,
				},
			],
			[
				{ endSeconds: 10, generationMode: 'pro', options: { maxFpsLimit: 12 } },
				{
					estimated_credits: 240,
					frames: 120,
					fps: 12,
					seconds: 10,
					credits_per_frame: 2,
					measured: false,
				},
			],
		])('%j', async (parameters, estimate) => {
			const ran = await bed.run(
				workflowOf(items(1), { ...JOB, operation: 'estimate', ...parameters }),
			);
			expect(ran.items()).toEqual([{ json: estimate, pairedItem: { item: 0 } }]);
			expect(bed.sandbox.requests).toHaveLength(0);
		});
	});

	// The video has 2 seconds and 60 fps, the audio 2 seconds.
	const FAST: Item = {
		json: {},
		binary: {
			video: fileField('index-last-60fps.mp4', 'video/mp4'),
			audio: fileField('float.wav', 'audio/wav'),
		},
	};

	describe('lipSync: estimate of files that can be read', () => {
		it.each([
			[{}, { estimated_credits: 120, frames: 120, fps: 60 }],
			[{ options: { maxFpsLimit: 24 } }, { estimated_credits: 48, frames: 48, fps: 24 }],
			[{ generationMode: 'pro' }, { estimated_credits: 240, frames: 120, fps: 60 }],
			[
				{ clipEnd: 'seconds', endSeconds: 15 },
				{ estimated_credits: 120, frames: 120, seconds: 2 },
			],
		])('counts the frames of the video: %j', async (parameters, estimate) => {
			const ran = await bed.run(
				workflowOf([FAST], { ...FILES, operation: 'estimate', ...parameters }),
			);
			expect(ran.json()).toMatchObject([
				{ ...estimate, measured: true, video_seconds: 2, video_fps: 60 },
			]);
		});

		it('says how long the audio is where the clip ends with it', async () => {
			const ran = await bed.run(workflowOf([FAST], { ...FILES, operation: 'estimate' }));
			expect(ran.json()).toMatchObject([{ audio_seconds: 2 }]);
		});
	});

	describe('lipSync: estimate of several items', () => {
		const hintsOf = async (run: Item[], settings = {}) =>
			(await bed.run(workflowOf(run, { ...FILES, operation: 'estimate' }, settings))).task()!
				.hints ?? [];

		it('adds them up in a hint', async () => {
			expect(await hintsOf([FAST, FAST, FAST])).toEqual([
				{ message: '3 videos: about 360 credits.', location: 'outputPane' },
			]);
			expect(await hintsOf([FAST])).toEqual([]);
		});

		it('says how many have no price', async () => {
			const run = [FAST, FAST, { json: {} }];
			expect(await hintsOf(run, { onError: 'continueRegularOutput' })).toMatchObject([
				{ message: '2 videos: about 240 credits. 1 of 3 items failed.' },
			]);
		});
	});

	describe('maxCredits of videos with another frame rate than 30', () => {
		const job = { ...FILES, output: 'jobId' };

		it('counts their frames', async () => {
			const stopped = await bed.run(workflowOf([FAST], { ...job, options: { maxCredits: 119 } }));
			expect(stopped.error!.message).toBe(
				'This item would cost 120 credits, and Max Credits is 119',
			);
			expect(bed.sandbox.requests).toHaveLength(0);
			const ran = await bed.run(workflowOf([FAST], { ...job, options: { maxCredits: 120 } }));
			expect(ran.error).toBeUndefined();
		});

		it('asks for no more than was counted, where End is after the end of the video', async () => {
			const given = { ...job, clipEnd: 'seconds', endSeconds: 15 };
			await bed.run(workflowOf([FAST], { ...given, options: { maxCredits: 1000 } }));
			await bed.run(workflowOf([FAST], given));
			const ends = bed.sandbox.jobs.map(({ request }) => request.end_seconds);
			expect(ends).toEqual([expect.closeTo(2, 1), 15]);
		});

		it('limits a video whose frame rate cannot be known to those that were counted', async () => {
			const video = youtube('https://youtu.be/dQw4w9WgXcQ');
			const ran = await bed.run(workflowOf([FAST], { ...job, video, options: { maxCredits: 60 } }));
			expect(bed.sandbox.jobs[0]!.request).toMatchObject({ max_fps_limit: 30, end_seconds: 2 });
			expect(ran.task()!.hints).toEqual([
				expect.objectContaining({
					message: expect.stringContaining('Max FPS Limit was set to 30'),
				}),
				expect.anything(),
			]);
		});

		it('leaves a limit that was set as it is, and sets none without Max Credits', async () => {
			const video = youtube('https://youtu.be/dQw4w9WgXcQ');
			const options = { maxCredits: 100, maxFpsLimit: 50 };
			await bed.run(workflowOf([FAST], { ...job, video, options }));
			await bed.run(workflowOf([FAST], { ...job, video }));
			const limits = bed.sandbox.jobs.map(({ request }) => request.max_fps_limit);
			expect(limits).toEqual([50, undefined]);
		});
	});

	describe('maxCredits', () => {
		const limited = (maxCredits: unknown) => ({
			...JOB,
			audio: file('audio'),
			options: { maxCredits: maxCredits as number },
		});
		const files = [itemWithFiles(), itemWithFiles(), itemWithFiles()];

		it('lets a run go up to the limit', async () => {
			const ran = await bed.run(workflowOf(files, limited(90)));
			expect(ran.error).toBeUndefined();
			expect(bed.sandbox.jobs).toHaveLength(3);
		});

		it('stops a run over the limit before anything is sent, and names both numbers', async () => {
			const { error } = await bed.run(workflowOf(files, limited(89)));
			expect(error!.message).toBe('These 3 items would cost 90 credits, and Max Credits is 89');
			expect(bed.sandbox.requests).toHaveLength(0);
		});

		it('fails every item of such a run where the node is set to continue', async () => {
			const settings = { onError: 'continueRegularOutput' as const };
			const ran = await bed.run(workflowOf(files, limited(89), settings));
			expect(ran.json().map(({ code }) => code)).toEqual(Array(3).fill('max_credits_exceeded'));
			expect(bed.sandbox.requests).toHaveLength(0);
		});

		it.each(['={{ null }}', '={{ undefined }}', '={{ "" }}', '={{ "many" }}'])(
			'takes a limit whose expression %s has no value for a mistake, not for no limit',
			async (maxCredits) => {
				const ran = await bed.run(workflowOf(files, limited(maxCredits)));
				expect(ran.error!.message).toContain('Max Credits');
				expect(bed.sandbox.requests).toHaveLength(0);
			},
		);

		it('takes zero for a limit', async () => {
			const { error } = await bed.run(workflowOf(files, limited(0)));
			expect(error!.message).toContain('Max Credits is 0');
		});
	});
});
