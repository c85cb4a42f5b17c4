import type { INode } from 'n8n-workflow';

import { Bench, JOB, items, itemWithFiles, workflowOf, type Item } from './support.cts';

/** A parameter that cannot be meant: the field, what is wrong with it, and what the person is told. */
interface Refused {
	case: string;
	parameters: object;
	input?: Item;
	message: string | RegExp;
	description?: string | RegExp;
}

const file = (description: object): Item => ({
	json: {},
	binary: { data: { mimeType: '', data: 'YWJj', ...description } },
});

const NOT_A_PATH = 'is neither an http(s) URL nor a file_path';

const audioPath = (
	value: string,
	message = `Audio URL or File Path ${NOT_A_PATH}: “${value}”`,
) => ({
	case: `audio path ${value}`,
	parameters: { audioFilePath: value },
	message,
	description: /choose Binary File as the Audio Input/,
});

const youtube = (value: string): Refused => ({
	case: `YouTube URL ${value}`,
	parameters: { videoSource: 'youtube', youtubeUrl: value },
	message: `YouTube URL is not the address of a YouTube video: “${value}”`,
	description: /^Copy the address from the browser/,
});

const CLIP: Refused[] = [
	{
		case: 'an end before the start',
		parameters: { startSeconds: 5, endSeconds: 3 },
		message: 'End (Seconds) has to be greater than Start (Seconds), and 3 is not greater than 5',
		description: /^Correct the clip/,
	},
	{
		case: 'an end at the start',
		parameters: { startSeconds: 3, endSeconds: 3 },
		message: 'End (Seconds) has to be greater than Start (Seconds), and 3 is not greater than 3',
	},
	{
		case: 'an end before the start, in text',
		parameters: { startSeconds: '={{ "10" }}', endSeconds: '={{ "9" }}' },
		message: 'End (Seconds) has to be greater than Start (Seconds), and 9 is not greater than 10',
	},
	{
		case: 'a negative start',
		parameters: { startSeconds: -0.5 },
		message: 'Start (Seconds) has to be at least 0, and is -0.5',
	},
	{
		case: 'an end of 0',
		parameters: { endSeconds: 0 },
		message: 'End (Seconds) has to be at least 0.1, and is 0',
	},
	...(
		[
			['null', 'is empty'],
			['$json.nothing', 'is empty'],
			['""', 'is empty'],
			['"  "', 'is empty'],
			['"12s"', 'has to be a number, and is the text “12s”'],
			['"1,5"', 'has to be a number, and is the text “1,5”'],
			['"0:12"', 'has to be a number, and is the text “0:12”'],
			['NaN', 'has to be a number, and is NaN'],
			['Infinity', 'has to be a number, and is Infinity'],
			['"Infinity"', 'has to be a number, and is the text “Infinity”'],
			['[1]', 'has to be a number, and is a list'],
			['({ seconds: 1 })', 'has to be a number, and is an object'],
			['true', 'has to be a number, and is a boolean'],
			['$now', 'has to be a number, and is an object'],
		] as const
	).map(([expression, message]) => ({
		case: `an end that is ${expression}`,
		parameters: { endSeconds: `={{ ${expression} }}` },
		message: `End (Seconds) ${message}`,
		description: /expression/,
	})),
	...['null', '"ultra"', '"Lite"', '["lite"]', '({})', '1'].map((expression) => ({
		case: `a mode that is ${expression}`,
		parameters: { generationMode: `={{ ${expression} }}` },
		message: 'Generation Mode has to be one of lite, standard, pro',
	})),
	{
		case: 'a frame rate of 0',
		parameters: { additionalFields: { maxFpsLimit: 0 } },
		message: 'Max FPS Limit has to be at least 1, and is 0',
	},
	{
		case: 'a frame rate in words',
		parameters: { additionalFields: { maxFpsLimit: '={{ "thirty" }}' } },
		message: 'Max FPS Limit has to be a number, and is the text “thirty”',
	},
];

const PATHS: Refused[] = [
	...['""', '"   "', 'null', 'undefined', '$json.nothing'].map((expression) => ({
		case: `an audio path that is ${expression}`,
		parameters: { audioFilePath: `={{ ${expression} }}` },
		message: 'Audio URL or File Path is empty',
		description: 'Fill in the field, or check that its expression has a value for this item.',
	})),
	{
		case: 'an empty video path',
		parameters: { videoFilePath: '={{ "" }}' },
		message: 'Video URL or File Path is empty',
	},
	{
		case: 'a list for a path',
		parameters: { audioFilePath: '={{ ["https://example.com/voice.mp3"] }}' },
		message: 'Audio URL or File Path has to be text, and is a list',
	},
	{
		case: 'an object for a path',
		parameters: { videoFilePath: '={{ ({ url: "https://example.com/head.mp4" }) }}' },
		message: 'Video URL or File Path has to be text, and is an object',
	},
	audioPath('/home/me/voice.mp3'),
	audioPath('./voice.mp3'),
	audioPath('../voice.mp3'),
	audioPath('~/voice.mp3'),
	audioPath('voice.mp3'),
	audioPath('C:\\media\\voice.mp3'),
	audioPath('C:/media/voice.mp3'),
	audioPath('\\\\server\\voice.mp3'),
	audioPath('file:///home/me/voice.mp3'),
	audioPath('ftp://example.com/voice.mp3'),
	audioPath('s3://bucket/voice.mp3'),
	audioPath('example.com/voice over.mp3'),
	audioPath('https://'),
	audioPath('https://example.com/voice over.mp3'),
	audioPath('api-assets/../../etc/passwd'),
	audioPath('api-assets//voice.mp3'),
	audioPath('5'),
	audioPath('data:audio/mpeg;base64,SUQz'),
	audioPath('javascript:alert(1)'),
	{
		case: 'a local path for the video',
		parameters: { videoFilePath: '/data/head.mp4' },
		message: `Video URL or File Path ${NOT_A_PATH}: “/data/head.mp4”`,
		description: /choose Binary File as the Video Input/,
	},
	{
		case: 'the content of a file for a path',
		parameters: { audioFilePath: '={{ "abcd/".repeat(1000000) }}' },
		message: 'Audio URL or File Path is too long: 5000000 characters',
	},
	{
		case: 'an address without an end',
		parameters: { videoFilePath: '={{ "https://example.com/" + "a".repeat(3000000) }}' },
		message: 'Video URL or File Path is too long: 3000020 characters',
	},
	{
		case: 'a name without an end',
		parameters: { additionalFields: { name: '={{ "x".repeat(3000000) }}' } },
		message: 'Name is too long: 3000000 characters',
	},
	{
		case: 'an object for a name',
		parameters: { additionalFields: { name: '={{ ({}) }}' } },
		message: 'Name has to be text, and is an object',
	},
	...(['audioInput', 'videoInput'] as const).map((name) => ({
		case: `an ${name} that there is not`,
		parameters: { [name]: '={{ "upload" }}', audioBinaryPropertyName: 'audio' },
		message: / Input has to be one of path, binary$/,
	})),
	{
		case: 'a video source that there is not',
		parameters: { videoSource: '={{ "vimeo" }}', youtubeUrl: 'https://youtu.be/dQw4w9WgXcQ' },
		message: 'Video Source has to be one of file, youtube',
	},
];

const YOUTUBE: Refused[] = [
	youtube('https://vimeo.com/76979871'),
	youtube('https://www.youtube.com/'),
	youtube('https://www.youtube.com/watch'),
	youtube('https://www.youtube.com/watch?v='),
	youtube('https://www.youtube.com/@somebody'),
	youtube('https://www.youtube.com/playlist?list=PL123'),
	youtube('https://www.youtube.com/shorts/'),
	youtube('https://youtu.be/'),
	youtube('https://youtube.com.example.com/watch?v=dQw4w9WgXcQ'),
	youtube('https://example.com/youtube.com/watch?v=dQw4w9WgXcQ'),
	youtube('https://notyoutube.com/watch?v=dQw4w9WgXcQ'),
	youtube('youtube.com/watch?v=dQw4w9WgXcQ'),
	youtube('ftp://youtube.com/watch?v=dQw4w9WgXcQ'),
	youtube('dQw4w9WgXcQ'),
	{
		case: 'a YouTube URL that has no value',
		parameters: { videoSource: 'youtube', youtubeUrl: '={{ null }}' },
		message: 'YouTube URL is empty',
	},
	{
		case: 'a list of YouTube URLs',
		parameters: { videoSource: 'youtube', youtubeUrl: '={{ [] }}' },
		message: 'YouTube URL has to be text, and is a list',
	},
];

const UPLOAD = { resource: 'file', operation: 'upload' };
const FILES: Refused[] = [
	{
		case: 'a field that the item does not have: its fields are listed',
		parameters: { audioInput: 'binary', audioBinaryPropertyName: 'voice' },
		input: itemWithFiles(),
		message: 'The item has no binary field “voice”',
		description: /^The binary fields of this item: video, audio\. Use one of these names/,
	},
	{
		case: 'an item without any binary field',
		parameters: { videoInput: 'binary' },
		input: { json: { video: 'head.mp4' } },
		message: 'The item has no binary field “video”',
		description: /no binary fields at all. Put a node before this one that loads the file/,
	},
	{
		case: 'a field name that is empty',
		parameters: { audioInput: 'binary', audioBinaryPropertyName: '={{ null }}' },
		input: itemWithFiles(),
		message: 'Audio Input Binary Field is empty',
	},
	{
		case: 'a file for a field name',
		parameters: { audioInput: 'binary', audioBinaryPropertyName: '={{ $binary.audio }}' },
		input: itemWithFiles(),
		message: 'Audio Input Binary Field has to be text, and is an object',
	},
	{
		case: 'the name of something every object has',
		parameters: { ...UPLOAD, binaryPropertyName: 'constructor' },
		input: itemWithFiles(),
		message: 'The item has no binary field “constructor”',
	},
	{
		case: 'a video where audio is asked for',
		parameters: { audioInput: 'binary', audioBinaryPropertyName: 'video' },
		input: itemWithFiles(),
		message: 'The file in “video” is not an audio file that Magic Hour takes (talking-head.mp4)',
		description: /^Accepted: mp3, wav, aac, flac, webm, weba, m4a, opus, ogg, oga, aiff, amr\./,
	},
	{
		case: 'audio where a video is asked for',
		parameters: { videoInput: 'binary', videoBinaryPropertyName: 'audio' },
		input: itemWithFiles(),
		message: 'The file in “audio” is not a video file that Magic Hour takes (voice-over.mp3)',
		description: /^Accepted: mp4, m4v, mov, webm\./,
	},
	{
		case: 'a kind of video the vendor does not take',
		parameters: UPLOAD,
		input: file({ fileName: 'old.avi', mimeType: 'video/x-msvideo' }),
		message: 'The file in “data” is not a video file that Magic Hour takes (old.avi)',
	},
	{
		case: 'an image the vendor does not take',
		parameters: { ...UPLOAD, fileType: 'image' },
		input: file({ mimeType: 'image/svg+xml' }),
		message: 'The file in “data” is not an image file that Magic Hour takes (image/svg+xml)',
	},
	{
		case: 'a file of which nothing is known',
		parameters: UPLOAD,
		input: file({}),
		message: 'The file in “data” is not a video file that Magic Hour takes (unnamed)',
	},
	{
		case: 'an empty file',
		parameters: UPLOAD,
		input: file({ fileName: 'empty.mp4', data: '' }),
		message: 'The file in “data” is empty',
		description: /node before this one/,
	},
	{
		case: 'an empty audio file',
		parameters: { audioInput: 'binary', audioBinaryPropertyName: 'data' },
		input: file({ fileName: 'empty.mp3', data: '' }),
		message: 'The file in “data” is empty',
	},
	{
		case: 'a file type that there is not',
		parameters: { ...UPLOAD, fileType: '={{ "text" }}' },
		input: itemWithFiles(),
		message: 'File Type has to be one of video, audio, image',
	},
];

const OPTIONS: Refused[] = [
	...['0', '-1', '"many"', '[]'].map((expression) => ({
		case: `parallel requests of ${expression}`,
		parameters: { options: { parallelRequests: `={{ ${expression} }}` } },
		message: /^Parallel Requests has to be (at least 1|a number), and is /,
	})),
	...['null', '""', '"lots"', '-1'].map((expression) => ({
		case: `a spending limit of ${expression}`,
		parameters: { options: { maxCredits: `={{ ${expression} }}` } },
		message: /^Max Credits (is empty$|has to be (at least 0|a number), and is )/,
	})),
	{
		case: 'a timeout in words',
		parameters: { waitForCompletion: true, options: { timeoutMinutes: '={{ "an hour" }}' } },
		message: 'Timeout (Minutes) has to be a number, and is the text “an hour”',
	},
	{
		case: 'a negative poll interval',
		parameters: { waitForCompletion: true, options: { pollInterval: -3 } },
		message: 'Poll Interval (Seconds) has to be at least 0, and is -3',
	},
	{
		case: 'an output field without a name',
		parameters: {
			waitForCompletion: true,
			downloadOutput: true,
			outputBinaryPropertyName: '={{ "" }}',
		},
		message: 'Put Output File in Field is empty',
	},
];

const project = (operation: string, projectId: object): Pick<Refused, 'parameters'> => ({
	parameters: { resource: 'project', operation, projectId: { __rl: true, ...projectId } },
});

const PROJECTS: Refused[] = [
	...['get', 'wait', 'download', 'delete'].flatMap((operation): Refused[] => [
		{
			case: `${operation}: an id that has no value`,
			...project(operation, { mode: 'id', value: '={{ null }}' }),
			message: 'Video Project is empty',
		},
		{
			case: `${operation}: an id that leads somewhere else`,
			...project(operation, { mode: 'id', value: '={{ "../account" }}' }),
			message: 'Video Project is no ID: “../account”',
		},
	]),
	{
		case: 'an object for an id',
		...project('get', { mode: 'id', value: '={{ ({ id: "cm1" }) }}' }),
		message: /^Video Project /,
	},
];

describe('bad parameters are refused before any request', () => {
	let bench: Bench;
	beforeAll(async () => (bench = await Bench.start()));
	beforeEach(() => bench.sandbox.reset());
	afterAll(async () => await bench.stop());

	describe.each([
		['the clip', CLIP],
		['addresses and names', PATHS],
		['YouTube', YOUTUBE],
		['files', FILES],
		['options', OPTIONS],
		['video projects', PROJECTS],
	])('%s', (_, table) => {
		it.each(table)('$case', async ({ parameters, input, message, description }) => {
			const all = { ...JOB, ...parameters } as INode['parameters'];
			const ran = await bench.run(workflowOf([input ?? { json: {} }], all));
			expect(ran.status).toBe('error');
			expect(ran.error?.name).toBe('NodeOperationError');
			if (typeof message === 'string') expect(ran.error?.message).toBe(message);
			else expect(ran.error?.message).toMatch(message);
			if (description !== undefined) expect(ran.error?.description).toMatch(description);
			expect(ran.error?.context?.itemIndex).toBe(0);
			expect(bench.sandbox.requests).toEqual([]);
		});
	});

	describe('for the whole batch', () => {
		const ONE_BAD = { ...JOB, endSeconds: '={{ $json.number === 2 ? -1 : 1 }}' };

		it('one bad item among good ones: nothing is sent for any of them', async () => {
			const ran = await bench.run(workflowOf(items(4), ONE_BAD));
			expect(ran.error?.message).toBe('End (Seconds) has to be at least 0.1, and is -1');
			expect(ran.error?.context?.itemIndex).toBe(2);
			expect(bench.sandbox.requests).toEqual([]);
		});

		it('unless the node is set to continue: then only the bad item is left out', async () => {
			const ran = await bench.run(
				workflowOf(items(4), ONE_BAD, { onError: 'continueRegularOutput' }),
			);
			expect(ran.json()).toEqual([
				{ id: expect.any(String) as string, credits_charged: 30 },
				{ id: expect.any(String) as string, credits_charged: 30 },
				{ error: 'End (Seconds) has to be at least 0.1, and is -1' },
				{ id: expect.any(String) as string, credits_charged: 30 },
			]);
			expect(bench.sandbox.jobs).toHaveLength(3);
		});

		it('all items bad, and the node set to continue: each says why, and nothing is sent', async () => {
			const ran = await bench.run(
				workflowOf(items(2), { ...JOB, endSeconds: -1 }, { onError: 'continueErrorOutput' }),
			);
			expect(ran.items(0)).toEqual([]);
			expect(ran.items(1)).toHaveLength(2);
			expect(bench.sandbox.requests).toEqual([]);
		});
	});
});

describe('what looks odd but can be meant is sent', () => {
	let bench: Bench;
	beforeAll(async () => (bench = await Bench.start()));
	beforeEach(() => bench.sandbox.reset());
	afterAll(async () => await bench.stop());

	const GOOD: Array<[what: string, parameters: object]> = [
		['a start of 0 in text', { startSeconds: '={{ "0" }}' }],
		['a very short clip', { endSeconds: 0.1 }],
		['parallel requests with a fraction', { options: { parallelRequests: 2.5 } }],
		['parallel requests that have no value', { options: { parallelRequests: '={{ null }}' } }],
		['an address of an IP', { audioFilePath: 'http://192.0.2.1:8080/voice.mp3' }],
		['an address without a file extension', { audioFilePath: 'https://example.com/?id=7' }],
		['an address with parentheses', { audioFilePath: 'https://example.com/voice_(1).mp3#t=1' }],
		[
			'a signed address of some thousand characters',
			{ audioFilePath: `https://example.com/voice.mp3?token=${'a'.repeat(4000)}` },
		],
	];
	it.each(GOOD)('%s', async (_, parameters) => {
		const ran = await bench.run(workflowOf(items(1), { ...JOB, ...parameters } as never));
		expect(ran.error).toBeUndefined();
		expect(bench.sandbox.jobs).toHaveLength(1);
	});

	it('the file_path of an upload', async () => {
		const uploaded = await bench.run(
			workflowOf([itemWithFiles()], { ...UPLOAD, binaryPropertyName: 'video' }),
		);
		const videoFilePath = String(uploaded.json()[0]!.file_path);
		const ran = await bench.run(workflowOf(items(1), { ...JOB, videoFilePath }));
		expect(ran.error).toBeUndefined();
		expect(bench.sandbox.jobs[0]!.request.assets.video_file_path).toBe(videoFilePath);
	});
});
