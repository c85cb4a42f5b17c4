import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';

import { binarySource } from './binarySource';
import { Unreadable, type ByteSource } from './byteSource';
import type { MediaKind } from './media';
import { readMedia, unknown, type Looked } from './readMedia';
import { webSource } from './webSource';

/** A file as a run knows it: stored by n8n, with a key that is equal for the same file, or on the web. */
export type MediaFile = { key: string; binary: IBinaryData } | { url: string };

/** A login or a signature must not be in an error. */
function withoutSecrets(address: string): string {
	const { origin, pathname } = new URL(address);
	return `${origin}${pathname}`;
}

/** Looks at the files of one run, at each distinct one once. */
export class MediaLooks {
	private readonly looks = new Map<string, Promise<Looked>>();

	constructor(
		private readonly ctx: IExecuteFunctions,
		/** Ends requests and pauses. */
		private readonly signal: AbortSignal,
	) {}

	/** @returns length and frame rate, or why they cannot be known; it never rejects */
	async look(file: MediaFile, kind: MediaKind): Promise<Looked> {
		const key = `${kind} ${'url' in file ? file.url : file.key}`;
		let look = this.looks.get(key);
		if (look === undefined) {
			look = this.read(file, kind);
			this.looks.set(key, look);
		}
		return await look;
	}

	private async read(file: MediaFile, kind: MediaKind): Promise<Looked> {
		let source: ByteSource;
		try {
			source =
				'url' in file
					? await webSource(this.ctx, file.url, this.signal)
					: await binarySource(this.ctx, file.binary);
		} catch (error) {
			return 'url' in file && error instanceof Unreadable && error.isOutOfReach
				? { ...unknown(error), address: withoutSecrets(file.url) }
				: unknown(error);
		}
		return await readMedia(source, kind);
	}
}
