import { FILE_EXTENSIONS, type FileType } from '../api/contract';

/** MIME types whose usual extension is not one of the vendor's, or is not their second half. */
const EXTENSION_OF_MIME_TYPE = new Map(
	Object.entries({
		'video/quicktime': 'mov',
		'video/x-m4v': 'm4v',
		'audio/mpeg': 'mp3',
		'audio/mpeg3': 'mp3',
		'audio/x-mpeg-3': 'mp3',
		'audio/x-wav': 'wav',
		'audio/wave': 'wav',
		'audio/vnd.wave': 'wav',
		'audio/x-aac': 'aac',
		'audio/x-flac': 'flac',
		'audio/mp4': 'm4a',
		'audio/x-m4a': 'm4a',
		'audio/x-aiff': 'aiff',
		'image/jp2': 'jp2',
		'image/x-ms-bmp': 'bmp',
	}),
);

/** What n8n knows of a binary field. */
export interface FileDescription {
	fileExtension?: string;
	fileName?: string;
	mimeType?: string;
}

/**
 * The extension to ask an upload address for: the binary's own, its file name's or its MIME type's,
 * whichever first is one the vendor takes for this type (`POST /v1/files/upload-urls`).
 * @returns undefined when none is
 */
export function uploadExtension(type: FileType, file: FileDescription): string | undefined {
	const fileName = text(file.fileName);
	const mimeType = text(file.mimeType).split(';')[0]!.trim();
	const candidates = [
		text(file.fileExtension).replace(/^\./, ''),
		fileName.includes('.') ? fileName.split('.').pop() : undefined,
		EXTENSION_OF_MIME_TYPE.get(mimeType),
		mimeType.split('/')[1],
	];
	const accepted: readonly string[] = FILE_EXTENSIONS[type];
	return candidates.find((candidate) => candidate !== undefined && accepted.includes(candidate));
}

/** In small letters; what a node before has put there need not be text. */
const text = (value: unknown): string =>
	typeof value === 'string' ? value.trim().toLowerCase() : '';
