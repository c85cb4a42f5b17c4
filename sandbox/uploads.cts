import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';

import {
	FILE_EXTENSIONS,
	type FileType,
	type UploadUrl,
	type UploadUrlsRequest,
} from '../nodes/magicHour/api/contract.ts';
import type { Media } from '../nodes/magicHour/media/media.ts';
import { known, readMedia } from '../nodes/magicHour/media/readMedia.ts';
import { Refusal } from './answer.cts';
import { newId } from './ids.cts';
import { KeptParts } from './keptParts.cts';
import type { AddressSigner } from './signedAddress.cts';
import type { StoredFile } from './types.cts';

export const UPLOADS_PATH = '/storage/uploads/';

/**
 * The files given to the API. Of their content only length, digest and what their headers say are kept, so any size
 * fits.
 */
export class Uploads {
	readonly stored = new Map<string, StoredFile>();
	private readonly videos = new Map<string, Media>();
	private readonly issued = new Map<string, FileType>();
	private readonly signer: AddressSigner;
	private readonly validitySeconds: number;

	constructor(signer: AddressSigner, validitySeconds: number) {
		this.signer = signer;
		this.validitySeconds = validitySeconds;
	}

	/**
	 * An address for one file.
	 * @throws Refusal 422 when files of that type do not have that extension
	 */
	issue({ type, extension }: UploadUrlsRequest['items'][number]): UploadUrl {
		const possible: readonly string[] = FILE_EXTENSIONS[type];
		if (!possible.includes(extension)) {
			throw new Refusal(
				422,
				`'${extension}' is an invalid ${type} extension. Possible extensions are '${possible.join(', ')}'`,
			);
		}
		const file_path = `api-assets/${newId()}/${type}.${extension}`;
		this.issued.set(file_path, type);
		const { url, expires_at } = this.signer.sign(
			'PUT',
			UPLOADS_PATH + file_path,
			this.validitySeconds,
		);
		return { upload_url: url, expires_at, file_path };
	}

	/**
	 * Takes a file in; a file that breaks off leaves no trace.
	 * @param onBytes called with the length of each piece; the next one is taken when it has resolved
	 */
	async store(
		file_path: string,
		content: Readable,
		onBytes: (bytes: number) => Promise<void>,
	): Promise<void> {
		const digest = createHash('sha256');
		const parts = new KeptParts();
		for await (const piece of content as AsyncIterable<Buffer>) {
			digest.update(piece);
			parts.add(piece);
			await onBytes(piece.length);
		}
		const isVideo = this.issued.get(file_path) === 'video';
		const video = isVideo ? known(await readMedia(parts, 'video')) : undefined;
		// Unless everything was forgotten while it was under way.
		if (!this.issued.has(file_path)) return;
		this.stored.set(file_path, { bytes: parts.size, sha256: digest.digest('hex') });
		if (video !== undefined) this.videos.set(file_path, video);
	}

	/** Length and frame rate of an uploaded video, where its headers say them. */
	videoOf(file_path: string | undefined): Media | undefined {
		return file_path === undefined ? undefined : this.videos.get(file_path);
	}

	/** @throws Refusal 422 when a job's input is neither a web address nor a completely uploaded file of the type */
	demandUsable(field: string, path: string, type: FileType): void {
		if (/^https?:\/\//i.test(path)) return;
		if (!this.stored.has(path)) {
			throw new Refusal(422, `${field}: there is no uploaded file '${path}'`);
		}
		const actual = this.issued.get(path);
		if (actual !== type) {
			throw new Refusal(422, `${field}: '${path}' was uploaded as ${actual}, not as ${type}`);
		}
	}

	clear(): void {
		this.stored.clear();
		this.videos.clear();
		this.issued.clear();
	}
}
