import fc from 'fast-check';

import { FILE_EXTENSIONS, type FileType } from '../../../nodes/magicHour/api/contract.ts';
import { uploadExtension } from '../../../nodes/magicHour/files/fileTypes.ts';

/** What the vendor takes (docs.magichour.ai, `POST /v1/files/upload-urls`). */
const VENDOR: Record<FileType, string> = {
	video: 'mp4 m4v mov webm',
	audio: 'mp3 wav aac flac webm weba m4a opus ogg oga aiff amr',
	image: 'png jpg jpeg jfif heic heif webp avif jp2 tiff tif bmp',
};

const TYPES = Object.keys(VENDOR) as FileType[];

describe.each(TYPES)('the extension of a file of type %s', (type) => {
	const accepted = VENDOR[type].split(' ');

	it('is one of those the vendor takes', () => {
		expect([...FILE_EXTENSIONS[type]].sort()).toEqual([...accepted].sort());
	});

	it.each(accepted)('%s: is read from extension and file name, in capital letters too', (known) => {
		const capitals = known.toUpperCase();
		for (const file of [
			{ fileExtension: known },
			{ fileExtension: `.${capitals}` },
			{ fileName: `a file.${known}` },
			{ fileName: `file.tar.${capitals}` },
			{ fileExtension: 'bin', fileName: `file.${known}`, mimeType: 'application/octet-stream' },
		]) {
			expect(uploadExtension(type, file)).toBe(known);
		}
	});

	it('is never one the vendor does not take, whatever the file says of itself', () => {
		const text = fc.option(
			fc.oneof(fc.string(), fc.constantFrom('constructor', '__proto__', 'toString', 'a/b;c')),
			{ nil: undefined },
		);
		fc.assert(
			fc.property(text, text, text, (fileExtension, fileName, mimeType) => {
				const extension = uploadExtension(type, { fileExtension, fileName, mimeType });
				return extension === undefined || accepted.includes(extension);
			}),
		);
	});

	it('is not to be had where a node before has put something else than text', () => {
		const file = { fileExtension: 4, fileName: {}, mimeType: ['video/mp4'] };
		expect(uploadExtension(type, file as never)).toBeUndefined();
	});
});

describe('the extension that a MIME type stands for', () => {
	const TABLE: Array<[mimeType: string, type: FileType, extension: string | undefined]> = [
		['video/mp4', 'video', 'mp4'],
		['VIDEO/MP4', 'video', 'mp4'],
		['video/quicktime', 'video', 'mov'],
		['video/x-m4v', 'video', 'm4v'],
		['video/webm; codecs="vp9, opus"', 'video', 'webm'],
		['audio/webm;codecs=opus', 'audio', 'webm'],
		['audio/mpeg', 'audio', 'mp3'],
		['audio/mp3', 'audio', 'mp3'],
		['audio/wav', 'audio', 'wav'],
		['audio/x-wav', 'audio', 'wav'],
		['audio/vnd.wave', 'audio', 'wav'],
		['audio/aac', 'audio', 'aac'],
		['audio/x-aac', 'audio', 'aac'],
		['audio/flac', 'audio', 'flac'],
		['audio/x-flac', 'audio', 'flac'],
		['audio/mp4', 'audio', 'm4a'],
		['audio/x-m4a', 'audio', 'm4a'],
		['audio/ogg', 'audio', 'ogg'],
		['application/ogg', 'audio', 'ogg'],
		['audio/opus', 'audio', 'opus'],
		['audio/x-aiff', 'audio', 'aiff'],
		['audio/amr', 'audio', 'amr'],
		['image/png', 'image', 'png'],
		['image/jpeg', 'image', 'jpeg'],
		['image/heic', 'image', 'heic'],
		['image/tiff', 'image', 'tiff'],
		['image/bmp', 'image', 'bmp'],
		['image/x-ms-bmp', 'image', 'bmp'],
		['video/x-msvideo', 'video', undefined],
		['video/mp4', 'audio', undefined],
		['audio/mpeg', 'video', undefined],
		['image/gif', 'image', undefined],
		['image/svg+xml', 'image', undefined],
		['application/octet-stream', 'video', undefined],
		['text/plain', 'audio', undefined],
		['', 'video', undefined],
	];
	it.each(TABLE)('%j as %s: %s', (mimeType, type, extension) => {
		expect(uploadExtension(type, { mimeType })).toBe(extension);
	});
});

describe('where a file says several things of itself', () => {
	it('its extension goes before its name, and both before its MIME type', () => {
		const file = { fileExtension: 'mov', fileName: 'take.webm', mimeType: 'video/mp4' };
		expect(uploadExtension('video', file)).toBe('mov');
		expect(uploadExtension('video', { ...file, fileExtension: undefined })).toBe('webm');
		expect(uploadExtension('video', { ...file, fileExtension: 'x', fileName: 'take' })).toBe('mp4');
	});

	it('a file name that is nothing but an extension is none', () => {
		expect(uploadExtension('video', { fileName: 'mp4' })).toBeUndefined();
	});
});
