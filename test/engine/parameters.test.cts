import type { INode } from 'n8n-workflow';

import { EngineBed, JOB, items, itemWithFiles, workflowOf, type Item } from './engineBed.cts';
import { file, url, youtube } from '../support/sources.cts';

/** A parameter that cannot be meant: the field, what is wrong with it, and what the person is told. */
interface Refused {
	case: string;
	parameters: object;
	input?: Item;
	message: string | RegExp;
	description?: string | RegExp;
}

const itemWith = (description: object): Item => ({
	json: {},
	binary: { data: { mimeType: '', data: 'YWJj', ...description } },
});

const NOT_A_PATH = 'is neither an http(s) URL nor a file_path';

const audioPath = (value: string, message = `Audio ${NOT_A_PATH}: “${value}”`) => ({
	case: `audio path ${value}`,
	parameters: { audio: url(value) },
	message,
	description:
		/such as api-assets\/id\/1234\.mp3\. To use a file from this workflow, set Audio to File\./,
});

const notOnYoutube = (value: string): Refused => ({
	case: `YouTube URL ${value}`,
	parameters: { video: youtube(value) },
	message: `Video is not the address of a YouTube video: “${value}”`,
	description: /^Copy the address from the browser/,
});

const asText = (label: 'Audio' | 'Video', source: object): Refused => ({
	case: `an expression in a fixed field: ${JSON.stringify(source)}`,
	parameters: { [label.toLowerCase()]: source },
	message: `${label}: the expression was read as text`,
	description: new RegExp(`^Point at ${label}, and switch it from Fixed to Expression`),
});

const CLIP: Refused[] = [
	{
		case: 'an end before the start',
		parameters: { startSeconds: 5, endSeconds: 3 },
		message: 'End (Seconds) is 3, but must be later than Start (Seconds), which is 5',
		description: /^Both are seconds of the input video\./,
	},
	{
		case: 'an end at the start',
		parameters: { startSeconds: 3, endSeconds: 3 },
		message: 'End (Seconds) is 3, but must be later than Start (Seconds), which is 3',
	},
	{
		case: 'an end before the start, in text',
		parameters: { startSeconds: '={{ "10" }}', endSeconds: '={{ "9" }}' },
		message: 'End (Seconds) is 9, but must be later than Start (Seconds), which is 10',
	},
	{
		case: 'a negative start',
		parameters: { startSeconds: -0.5 },
		message: 'Start (Seconds) must be at least 0; got -0.5',
	},
	{
		case: 'an end of 0',
		parameters: { endSeconds: 0 },
		message: 'End (Seconds) must be at least 0.1; got 0',
	},
	...(
		[
			['null', 'is empty'],
			['$json.nothing', 'is empty'],
			['""', 'is empty'],
			['"  "', 'is empty'],
			['"12s"', 'must be a number; got “12s”'],
			['"1,5"', 'must be a number; got “1,5”'],
			['"0:12"', 'must be a number; got “0:12”'],
			['NaN', 'must be a number; got NaN'],
			['Infinity', 'must be a number; got Infinity'],
			['"Infinity"', 'must be a number; got “Infinity”'],
			['[1]', 'must be a number; got a list'],
			['({ seconds: 1 })', 'must be a number; got an object'],
			['true', 'must be a number; got a boolean'],
			['$now', 'must be a number; got an object'],
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
		message: /^Generation Mode must be one of Lite, Standard, Pro; got ./,
	})),
	{
		case: 'a frame rate of 0',
		parameters: { options: { maxFpsLimit: 0 } },
		message: 'Max FPS Limit must be at least 1; got 0',
	},
	{
		case: 'a frame rate in words',
		parameters: { options: { maxFpsLimit: '={{ "thirty" }}' } },
		message: 'Max FPS Limit must be a number; got “thirty”',
	},
];

const PATHS: Refused[] = [
	...['""', '"   "', 'null', 'undefined', '$json.nothing'].map((expression) => ({
		case: `an audio path that is ${expression}`,
		parameters: { audio: url(`={{ ${expression} }}`) },
		message: 'Audio is empty',
		description: 'Fill in the field, or check that its expression has a value for this item.',
	})),
	asText('Audio', url('{{ $json.voice }}')),
	asText('Video', url('https://example.com/{{$json.file}}')),
	asText('Video', youtube('{{ $json.video }}')),
	{
		case: 'an empty video path',
		parameters: { video: url('={{ "" }}') },
		message: 'Video is empty',
	},
	{
		case: 'a list for a path',
		parameters: { audio: url('={{ ["https://example.com/voice.mp3"] }}') },
		message: 'Audio must be text; got a list',
	},
	{
		case: 'an object for a path',
		parameters: { video: url('={{ ({ url: "https://example.com/head.mp4" }) }}') },
		message: 'Video must be text; got an object',
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
		parameters: { video: url('/data/head.mp4') },
		message: `Video ${NOT_A_PATH}: “/data/head.mp4”`,
		description: /such as api-assets\/id\/1234\.mp4\. .* set Video to File/,
	},
	...['https://example.com/Voice.MP3?v=1', 'api-assets/id/1234.mp3'].map((address) => ({
		case: `an audio file for the video, ${address}`,
		parameters: { video: url(address) },
		message: `Video is an audio file: “${address}”`,
		description: /^Are Video and Audio swapped\?/,
	})),
	{
		case: 'the content of a file for a path',
		parameters: { audio: url('={{ "abcd/".repeat(1000000) }}') },
		message: 'Audio is too long: 5000000 characters',
	},
	{
		case: 'an address without an end',
		parameters: { video: url('={{ "https://example.com/" + "a".repeat(3000000) }}') },
		message: 'Video is too long: 3000020 characters',
	},
	{
		case: 'a name without an end',
		parameters: { options: { name: '={{ "x".repeat(3000000) }}' } },
		message: 'Name is too long: 3000000 characters',
	},
	{
		case: 'an object for a name',
		parameters: { options: { name: '={{ ({}) }}' } },
		message: 'Name must be text; got an object',
	},
	...(['audio', 'video'] as const).map((name) => ({
		case: `a mode of ${name} that there is not`,
		parameters: { [name]: `={{ ({ mode: "upload", value: "data" }) }}` },
		message: / must be one of By URL, File(, YouTube)?; got “upload”$/,
	})),
	{
		case: 'a file for an address',
		parameters: { audio: url('={{ $binary.audio }}') },
		input: itemWithFiles(),
		message: 'Audio must be an address; got a file',
		description: 'Set Audio to File.',
	},
];

const YOUTUBE: Refused[] = [
	notOnYoutube('https://vimeo.com/76979871'),
	notOnYoutube('https://www.youtube.com/'),
	notOnYoutube('https://www.youtube.com/watch'),
	notOnYoutube('https://www.youtube.com/watch?v='),
	notOnYoutube('https://www.youtube.com/@somebody'),
	notOnYoutube('https://www.youtube.com/playlist?list=PL123'),
	notOnYoutube('https://www.youtube.com/shorts/'),
	notOnYoutube('https://youtu.be/'),
	notOnYoutube('https://youtube.com.example.com/watch?v=dQw4w9WgXcQ'),
	notOnYoutube('https://example.com/youtube.com/watch?v=dQw4w9WgXcQ'),
	notOnYoutube('https://notyoutube.com/watch?v=dQw4w9WgXcQ'),
	notOnYoutube('youtube.com/watch?v=dQw4w9WgXcQ'),
	notOnYoutube('ftp://youtube.com/watch?v=dQw4w9WgXcQ'),
	notOnYoutube('dQw4w9WgXcQ'),
	{
		case: 'a YouTube URL that has no value',
		parameters: { video: youtube('={{ null }}') },
		message: 'Video is empty',
	},
	{
		case: 'a list of YouTube URLs',
		parameters: { video: youtube('={{ [] }}') },
		message: 'Video must be text; got a list',
	},
];

const UPLOAD = { resource: 'file', operation: 'upload' };
const FILES: Refused[] = [
	{
		case: 'a field that the item does not have: its fields are listed',
		parameters: { audio: file('voice') },
		input: itemWithFiles(),
		message: 'Audio: the item has no binary field “voice”',
		description:
			/^The binary fields of this item: video, audio\. Enter the name of one\. For the file of an earlier node, choose Expression and enter \{\{ \$\('Read Audio'\)\.item\.binary\.data \}\}, with your node's name\./,
	},
	{
		case: 'an item without any binary field',
		parameters: { video: file('video') },
		input: { json: { video: 'head.mp4' } },
		message: 'Video: the item has no binary field “video”',
		description:
			/^This item has no binary fields\. For the file of an earlier node, .*\$\('Read Video'\)/,
	},
	{
		case: 'an expression that was pasted into a fixed field',
		parameters: { video: file("{{ $('Read Video').item.binary.data }}") },
		input: itemWithFiles(),
		message: 'Video: the expression was read as text',
		description: /^Point at Video, and switch it from Fixed to Expression\./,
	},
	{
		case: 'a field name that is empty, which means data',
		parameters: { audio: file('={{ null }}') },
		input: itemWithFiles(),
		message: 'Audio: the item has no binary field “data”',
	},
	{
		case: 'an object that is not a file',
		parameters: { audio: file('={{ ({ data: "AAAA" }) }}') },
		message: 'Audio must be text; got an object',
	},
	...[file, url].map((mode) => ({
		case: `all files of an item in the mode ${mode('').mode}`,
		parameters: { video: mode('={{ $input.item.binary }}') },
		input: itemWithFiles(),
		message: 'Video: these are all files of the item, not one',
		description:
			/^Add the name of a field to the expression, such as \.binary\.data\. The fields are: video, audio\./,
	})),
	{
		case: 'a file of a node that there is not',
		parameters: { video: file("={{ $('Read Video').item.binary.data }}") },
		message: 'Video: there is no node “Read Video”',
		description: /^Replace the name in the expression with the name of your own node\./,
	},
	{
		case: 'a file of the wrong kind',
		parameters: { audio: file('={{ $input.item.binary.video }}') },
		input: itemWithFiles(),
		message: 'The file in “Audio” is not an audio file that Magic Hour accepts (talking-head.mp4)',
	},
	{
		case: 'a file that the expression leaves the content out of',
		parameters: { audio: file('={{ $binary.audio }}') },
		input: itemWithFiles(),
		message: 'Audio: the expression gives a file without its content',
		description: /^Enter the name of the binary field\. For the file of an earlier node/,
	},
	{
		case: 'a file without content',
		parameters: { audio: file('={{ ({ mimeType: "audio/mpeg", data: "" }) }}') },
		message: 'The file in “Audio” is empty',
	},
	{
		case: 'the name of something every object has',
		parameters: { ...UPLOAD, file: 'constructor' },
		input: itemWithFiles(),
		message: 'File: the item has no binary field “constructor”',
	},
	{
		case: 'a video where audio is asked for',
		parameters: { audio: file('video') },
		input: itemWithFiles(),
		message: 'The file in “video” is not an audio file that Magic Hour accepts (talking-head.mp4)',
		description: /^Accepted: mp3, wav, aac, flac, webm, weba, m4a, opus, ogg, oga, aiff, amr\./,
	},
	{
		case: 'audio where a video is asked for',
		parameters: { video: file('audio') },
		input: itemWithFiles(),
		message: 'The file in “audio” is not a video file that Magic Hour accepts (voice-over.mp3)',
		description: /^Accepted: mp4, m4v, mov, webm\./,
	},
	{
		case: 'a kind of video the vendor does not take',
		parameters: UPLOAD,
		input: itemWith({ fileName: 'old.avi', mimeType: 'video/x-msvideo' }),
		message: 'The file in “data” is not a video file that Magic Hour accepts (old.avi)',
	},
	{
		case: 'an image the vendor does not take',
		parameters: { ...UPLOAD, fileType: 'image' },
		input: itemWith({ mimeType: 'image/svg+xml' }),
		message: 'The file in “data” is not an image file that Magic Hour accepts (image/svg+xml)',
	},
	{
		case: 'a file of which nothing is known',
		parameters: UPLOAD,
		input: itemWith({}),
		message: 'The file in “data” is not a video file that Magic Hour accepts (unnamed)',
	},
	{
		case: 'an empty file',
		parameters: UPLOAD,
		input: itemWith({ fileName: 'empty.mp4', data: '' }),
		message: 'The file in “data” is empty',
		description: /node before this one/,
	},
	{
		case: 'an empty audio file',
		parameters: { audio: file('data') },
		input: itemWith({ fileName: 'empty.mp3', data: '' }),
		message: 'The file in “data” is empty',
	},
	{
		case: 'a file type that there is not',
		parameters: { ...UPLOAD, fileType: '={{ "text" }}' },
		input: itemWithFiles(),
		message: 'File Type must be one of Audio, Image, Video; got “text”',
	},
];

const OPTIONS: Refused[] = [
	...['0', '-1', '"many"', '[]'].map((expression) => ({
		case: `parallel requests of ${expression}`,
		parameters: { options: { parallelRequests: `={{ ${expression} }}` } },
		message: /^Parallel Requests must be (at least 1|a number); got /,
	})),
	...['null', '""', '"lots"', '-1'].map((expression) => ({
		case: `a spending limit of ${expression}`,
		parameters: { options: { maxCredits: `={{ ${expression} }}` } },
		message: /^Max Credits (is empty$|must be (at least 0|a number); got )/,
	})),
	{
		case: 'a timeout in words',
		parameters: { output: 'videoUrl', options: { timeoutMinutes: '={{ "an hour" }}' } },
		message: 'Timeout (Minutes) must be a number; got “an hour”',
	},
	{
		case: 'a negative poll interval',
		parameters: { output: 'videoUrl', options: { pollInterval: -3 } },
		message: 'Poll Interval (Seconds) must be at least 0; got -3',
	},
	{
		case: 'an output field with a name no field can have',
		parameters: { output: 'videoFile', options: { outputField: '__proto__' } },
		message: 'Output Field must not be “__proto__”: no field can have that name',
	},
	{
		case: 'an output that there is not',
		parameters: { output: '={{ "x" }}' },
		message: 'Output must be one of Video File, Video URL, Job ID, Do Not Wait; got “x”',
	},
	{
		case: 'a clip end that there is not',
		parameters: { clipEnd: '={{ null }}' },
		message: /^Clip Ends must be one of .*At a Given Second; got nothing$/,
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
			message: 'Video Project is not an ID: “../account”',
		},
	]),
	{
		case: 'an object for an id',
		...project('get', { mode: 'id', value: '={{ ({ id: "cm1" }) }}' }),
		message: /^Video Project /,
	},
];

describe('bad parameters are refused before any request', () => {
	let bed: EngineBed;
	beforeAll(async () => (bed = await EngineBed.start()));
	beforeEach(() => bed.sandbox.reset());
	afterAll(async () => await bed.stop());

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
			const ran = await bed.run(workflowOf([input ?? { json: {} }], all));
			expect(ran.status).toBe('error');
			expect(ran.error?.name).toBe('NodeOperationError');
			if (typeof message === 'string') expect(ran.error?.message).toBe(message);
			else expect(ran.error?.message).toMatch(message);
			if (description !== undefined) expect(ran.error?.description).toMatch(description);
			expect(ran.error?.context?.itemIndex).toBe(0);
			expect(bed.sandbox.requests).toEqual([]);
		});
	});

	describe('for the whole batch', () => {
		const ONE_BAD = { ...JOB, endSeconds: '={{ $json.number === 2 ? -1 : 1 }}' };

		it('one bad item among good ones: nothing is sent for any of them', async () => {
			const ran = await bed.run(workflowOf(items(4), ONE_BAD));
			expect(ran.error?.message).toBe('End (Seconds) must be at least 0.1; got -1');
			expect(ran.error?.context?.itemIndex).toBe(2);
			expect(bed.sandbox.requests).toEqual([]);
		});

		it('unless the node is set to continue: then only the bad item is left out', async () => {
			const ran = await bed.run(
				workflowOf(items(4), ONE_BAD, { onError: 'continueRegularOutput' }),
			);
			expect(ran.json()).toEqual([
				{ id: expect.any(String) as string, credits_charged: 30 },
				{ id: expect.any(String) as string, credits_charged: 30 },
				{
					error: 'End (Seconds) must be at least 0.1; got -1',
					description: 'Nothing was uploaded or created for this item.',
				},
				{ id: expect.any(String) as string, credits_charged: 30 },
			]);
			expect(bed.sandbox.jobs).toHaveLength(3);
		});

		it('all items bad, and the node set to continue: each says why, and nothing is sent', async () => {
			const ran = await bed.run(
				workflowOf(items(2), { ...JOB, endSeconds: -1 }, { onError: 'continueErrorOutput' }),
			);
			expect(ran.items(0)).toEqual([]);
			expect(ran.items(1)).toHaveLength(2);
			expect(bed.sandbox.requests).toEqual([]);
		});
	});
});

describe('what looks odd but can be meant is sent', () => {
	let bed: EngineBed;
	beforeAll(async () => (bed = await EngineBed.start()));
	beforeEach(() => bed.sandbox.reset());
	afterAll(async () => await bed.stop());

	const GOOD: Array<[what: string, parameters: object]> = [
		['a start of 0 in text', { startSeconds: '={{ "0" }}' }],
		['a very short clip', { endSeconds: 0.1 }],
		['parallel requests with a fraction', { options: { parallelRequests: 2.5 } }],
		['parallel requests that have no value', { options: { parallelRequests: '={{ null }}' } }],
		['an address of an IP', { audio: url('http://192.0.2.1:8080/voice.mp3') }],
		['an address without a file extension', { audio: url('https://example.com/?id=7') }],
		['an address with parentheses', { audio: url('https://example.com/voice_(1).mp3#t=1') }],
		[
			'a signed address of some thousand characters',
			{ audio: url(`https://example.com/voice.mp3?token=${'a'.repeat(4000)}`) },
		],
	];
	it.each(GOOD)('%s', async (_, parameters) => {
		const ran = await bed.run(workflowOf(items(1), { ...JOB, ...parameters } as never));
		expect(ran.error).toBeUndefined();
		expect(bed.sandbox.jobs).toHaveLength(1);
	});

	it('the file_path of an upload', async () => {
		const uploaded = await bed.run(workflowOf([itemWithFiles()], { ...UPLOAD, file: 'video' }));
		const path = String(uploaded.json()[0]!.file_path);
		const ran = await bed.run(workflowOf(items(1), { ...JOB, video: url(path) }));
		expect(ran.error).toBeUndefined();
		expect(bed.sandbox.jobs[0]!.request.assets.video_file_path).toBe(path);
	});
});
