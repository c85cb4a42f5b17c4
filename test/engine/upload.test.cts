import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';
import type { INode } from 'n8n-workflow';

import { RUN_FAILED_ITEMS } from '../../nodes/magicHour/advice.ts';
import type { UploadUrlsRequest } from '../../nodes/magicHour/api/contract.ts';
import {
	AUDIO,
	EngineBed,
	JOB,
	VIDEO,
	itemWithFiles,
	chained,
	node,
	workflowOf,
	type Item,
} from './engineBed.cts';
import { FILES, file, url } from '../support/sources.cts';

const UPLOAD = { resource: 'file', operation: 'upload' };

const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');

/** An item with one binary field, its content in the item itself. */
const itemWith = (field: string, content: Buffer, description: object): Item => ({
	json: {},
	binary: { [field]: { mimeType: '', data: content.toString('base64'), ...description } },
});

/** n8n's own node that reads files from disk. */
const readNode = (file: string, field: string): INode =>
	node('Read', 'n8n-nodes-base.readWriteFile', {
		operation: 'read',
		fileSelector: join(__dirname, '../../samples', file),
		options: { dataPropertyName: field },
	});

/** Makes one item three, which all have the same stored file. */
const THREEFOLD: INode[] = [
	{
		...node('List', 'n8n-nodes-base.set', {
			mode: 'raw',
			jsonOutput: '{"list":[1,2,3]}',
			includeOtherFields: true,
			options: { stripBinary: false },
		}),
		typeVersion: 3.4,
	},
	node('Split', 'n8n-nodes-base.splitOut', {
		fieldToSplitOut: 'list',
		options: { includeBinary: true },
	}),
];

describe.each(['filesystem', 'default'] as const)('binary data in mode %s', (binaryMode) => {
	let bed: EngineBed;
	beforeAll(async () => (bed = await EngineBed.start({}, binaryMode)));
	beforeEach(() => bed.sandbox.reset());
	afterAll(async () => await bed.stop());

	const uploads = () => bed.sandbox.requestsTo('upload');

	describe('file: upload', () => {
		it('brings a file that another node has read to Magic Hour, and gives its file_path', async () => {
			const ran = await bed.run(
				chained([readNode('talking-head.mp4', 'data')], { ...UPLOAD, fileType: 'video' }),
			);
			expect(ran.error).toBeUndefined();
			// Otherwise the stored kind of binary data is not what this is about.
			const stored = ran.items(0, 'Read')[0]!.binary!.data!.id;
			expect(stored === undefined).toBe(binaryMode === 'default');

			const [[filePath, uploaded]] = [...bed.sandbox.uploads] as [[string, unknown]];
			expect(uploaded).toEqual({ bytes: VIDEO.length, sha256: sha256(VIDEO) });
			expect(ran.items()).toStrictEqual([
				{ json: { file_path: filePath, seconds: 4, fps: 25 }, pairedItem: { item: 0 } },
			]);
			expect(bed.sandbox.requests).toMatchObject([
				{ endpoint: 'uploadUrls', body: { items: [{ type: 'video', extension: 'mp4' }] } },
				{ endpoint: 'upload' },
			]);
		});

		it('says how long the file is and of what type, and never that it comes in chunks', async () => {
			await bed.run(
				chained([readNode('voice-over.mp3', 'data')], { ...UPLOAD, fileType: 'audio' }),
			);
			expect(uploads()).toHaveLength(1);
			const { headers, bytes, status } = uploads()[0]!;
			expect({ bytes, status }).toEqual({ bytes: AUDIO.length, status: 200 });
			expect(headers['content-length']).toBe(String(AUDIO.length));
			expect(headers['content-type']).toBe('audio/mpeg');
			expect(headers).not.toHaveProperty('transfer-encoding');
		});

		it('sends the storage no Authorization', async () => {
			await bed.run(
				chained([readNode('voice-over.mp3', 'data')], { ...UPLOAD, fileType: 'audio' }),
			);
			expect(uploads()).toHaveLength(1);
			expect(uploads()[0]!.headers).not.toHaveProperty('authorization');
			expect(bed.sandbox.requestsTo('uploadUrls')[0]!.headers.authorization).toBe(
				`Bearer ${bed.sandbox.apiKey}`,
			);
		});

		it('uploads a file that many items have once', async () => {
			const ran = await bed.run(
				chained([readNode('talking-head.mp4', 'data'), ...THREEFOLD], UPLOAD),
			);
			expect(ran.error).toBeUndefined();
			expect(uploads()).toHaveLength(1);
			expect(bed.sandbox.requestsTo('uploadUrls')).toHaveLength(1);
			const [filePath] = [...bed.sandbox.uploads.keys()];
			expect(ran.items()).toStrictEqual(
				[0, 1, 2].map((item) => ({
					json: { file_path: filePath, seconds: 4, fps: 25 },
					pairedItem: { item },
				})),
			);
		});

		it('closes the file after each try that failed', async () => {
			const opened: Array<{ destroyed: boolean }> = [];
			const service = Container.get(BinaryDataService);
			const { getAsStream } = service;
			const spy = jest.spyOn(service, 'getAsStream').mockImplementation(async (...args) => {
				const stream = await getAsStream.apply(service, args);
				opened.push(stream);
				return stream;
			});
			bed.sandbox.fail({ on: 'upload', action: { status: 503, body: '' }, times: 9 });
			const { error } = await bed.run(
				chained([readNode('talking-head.mp4', 'data')], { ...UPLOAD, fileType: 'video' }),
			);
			spy.mockRestore();
			expect(error!.message).toContain('Could not upload the file');
			expect(uploads()).toHaveLength(4);
			expect(opened.length > 0).toBe(binaryMode === 'filesystem');
			expect(opened.filter(({ destroyed }) => !destroyed)).toEqual([]);
		});

		it.each(['reset', 'resetBefore', 'hang'] as const)(
			'opens the file again when the upload is lost (%s)',
			async (action) => {
				bed.sandbox.fail({ on: 'upload', action, effect: false });
				const ran = await bed.run(chained([readNode('talking-head.mp4', 'data')], UPLOAD));
				expect(ran.error).toBeUndefined();
				expect(uploads()).toHaveLength(2);
				expect([...bed.sandbox.uploads.values()]).toEqual([
					{ bytes: VIDEO.length, sha256: sha256(VIDEO) },
				]);
			},
		);
	});

	it('lipSync: create uses a file that another node has read', async () => {
		const ran = await bed.run(
			chained([readNode('talking-head.mp4', 'clip')], {
				audio: url('https://example.com/voice.mp3'),
				video: file('clip'),
				clipEnd: 'seconds',
				endSeconds: 1,
				output: 'jobId',
			}),
		);
		expect(ran.error).toBeUndefined();
		const [[filePath, uploaded]] = [...bed.sandbox.uploads] as [[string, unknown]];
		expect(uploaded).toEqual({ bytes: VIDEO.length, sha256: sha256(VIDEO) });
		expect(bed.sandbox.jobs[0]!.request.assets.video_file_path).toBe(filePath);
	});
});

describe('file: upload', () => {
	let bed: EngineBed;
	beforeAll(async () => (bed = await EngineBed.start()));
	beforeEach(() => bed.sandbox.reset());
	afterAll(async () => await bed.stop());

	const asked = () =>
		bed.sandbox.requestsTo('uploadUrls').flatMap(({ body }) => (body as UploadUrlsRequest).items);

	const EXTENSIONS: Array<[type: string, description: object, extension: string]> = [
		['video', { fileExtension: 'mp4' }, 'mp4'],
		['video', { fileExtension: '.MOV' }, 'mov'],
		['video', { fileName: 'Take 3.final.WebM' }, 'webm'],
		['video', { fileExtension: 'tmp', fileName: 'take.m4v' }, 'm4v'],
		['video', { mimeType: 'video/mp4' }, 'mp4'],
		['video', { mimeType: 'video/quicktime' }, 'mov'],
		['video', { mimeType: 'video/webm; codecs="vp9, opus"' }, 'webm'],
		['video', { fileName: 'download', mimeType: 'video/mp4' }, 'mp4'],
		['audio', { fileName: 'Grüße 音声.mp3' }, 'mp3'],
		['audio', { mimeType: 'audio/mpeg' }, 'mp3'],
		['audio', { mimeType: 'audio/x-wav' }, 'wav'],
		['audio', { mimeType: 'audio/ogg; codecs=opus' }, 'ogg'],
		['audio', { fileExtension: 'bin', mimeType: 'audio/x-m4a' }, 'm4a'],
		['image', { fileName: 'face.JPEG' }, 'jpeg'],
		['image', { mimeType: 'image/webp' }, 'webp'],
	];
	it.each(EXTENSIONS)(
		'a %s file known by %j has the extension %s',
		async (type, known, extension) => {
			const ran = await bed.run(
				workflowOf([itemWith('data', AUDIO, known)], { ...UPLOAD, fileType: type }),
			);
			expect(ran.error).toBeUndefined();
			expect(asked()).toEqual([{ type, extension }]);
		},
	);

	it('asks for the addresses of each item once, and uploads each file to its own', async () => {
		const contents = ['one', 'two', 'three'].map((text) => Buffer.from(text));
		const input = contents.map((content) => itemWith('data', content, { fileExtension: 'mp3' }));
		const ran = await bed.run(workflowOf(input, { ...UPLOAD, fileType: 'audio' }));
		expect(bed.sandbox.requestsTo('uploadUrls')).toHaveLength(3);
		const digests = ran
			.json()
			.map(({ file_path }) => bed.sandbox.uploads.get(String(file_path))?.sha256);
		expect(digests).toEqual(contents.map(sha256));
	});

	it('uploads equal contents of the same kind once, and of another kind again', async () => {
		const [video, audio] = [{ fileExtension: 'webm' }, { fileExtension: 'webm' }];
		const input = [
			itemWith('data', VIDEO, video),
			itemWith('data', VIDEO, audio),
			itemWith('data', VIDEO, video),
		];
		await bed.run(
			workflowOf(input, {
				...UPLOAD,
				fileType: '={{ $itemIndex === 1 ? "audio" : "video" }}',
			}),
		);
		expect(asked()).toHaveLength(2);
		expect(asked()).toContainEqual({ type: 'video', extension: 'webm' });
		expect(asked()).toContainEqual({ type: 'audio', extension: 'webm' });
	});

	it('uploads the same two files of many jobs once each', async () => {
		const input = Array.from({ length: 5 }, () => itemWithFiles());
		const ran = await bed.run(workflowOf(input, { ...JOB, ...FILES }));
		expect(ran.json()).toHaveLength(5);
		expect(bed.sandbox.jobs).toHaveLength(5);
		expect(bed.sandbox.requestsTo('upload')).toHaveLength(2);
		const used = bed.sandbox.jobs.map(({ request }) => request.assets);
		expect(new Set(used.map((assets) => assets.audio_file_path)).size).toBe(1);
		expect(new Set(used.map((assets) => assets.video_file_path)).size).toBe(1);
	});

	it('gives each item that waits for a file the reason why it could not be uploaded', async () => {
		bed.sandbox.fail({ on: 'upload', action: { status: 403 } });
		const input = [itemWithFiles(), itemWithFiles()];
		const ran = await bed.run(
			workflowOf(input, { ...UPLOAD, file: 'video' }, { onError: 'continueRegularOutput' }),
		);
		const failed = {
			error: "Could not upload the file to Magic Hour's storage: status 403",
			description: `Another try gets a fresh address. ${RUN_FAILED_ITEMS}`,
			httpCode: 403,
		};
		expect(ran.json()).toStrictEqual([failed, failed]);
	});
});
