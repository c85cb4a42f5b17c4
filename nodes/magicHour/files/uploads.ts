import type { IExecuteFunctions } from 'n8n-workflow';

import { isStorageAddress } from './storageAddress';
import { requestProblem } from '../api/requestProblem';
import type { UploadUrl } from '../api/contract';
import { contentType, openFile, type SourceFile } from './sourceFile';
import type { MagicHourClient } from '../api/client';
import { sendWithRetries } from '../api/sendWithRetries';
import type { ExecutionMemory } from '../jobs/memory';
import { limit } from '../concurrency';
import { asProblem, Problem } from '../problem';
import { callStorage } from '../api/transport';

/** Files that are sent at a time: they are limited by the line. */
const MOST_UPLOADS = 5;

/** Brings files to Magic Hour's storage, each distinct file of an execution once. */
export class Uploads {
	private readonly underWay = new Map<string, Promise<string>>();
	private readonly places = limit(MOST_UPLOADS);

	constructor(
		private readonly ctx: IExecuteFunctions,
		private readonly client: MagicHourClient,
		private readonly memory: ExecutionMemory,
		private readonly signal: AbortSignal,
	) {}

	/**
	 * @returns the `file_path` of each file, in order; one `upload-urls` request covers all that are new
	 * @throws Problem when a file could not be brought there
	 */
	async filePaths(files: SourceFile[]): Promise<string[]> {
		const fresh = files.filter(
			(file, index) =>
				!this.underWay.has(file.key) &&
				this.memory.files.recallUpload(this.key(file)) === undefined &&
				files.findIndex(({ key }) => key === file.key) === index,
		);
		if (fresh.length > 0) {
			const addresses = this.client.uploadUrls(
				fresh.map(({ type, extension }) => ({ type, extension })),
			);
			fresh.forEach((file, index) => {
				const upload = addresses.then(async (all) =>
					this.places(async () => this.upload(file, all[index]!)),
				);
				this.underWay.set(file.key, upload);
				// The failure reaches every item that waits for the file; a later one tries again.
				upload.catch(() => this.underWay.delete(file.key));
			});
		}
		// All are waited for, so that no upload continues after the item, or the node, has ended.
		const uploads = await Promise.allSettled(
			files.map(
				async (file) =>
					this.underWay.get(file.key) ?? this.memory.files.recallUpload(this.key(file))!,
			),
		);
		return uploads.map((upload) => {
			if (upload.status === 'rejected') throw asProblem(upload.reason);
			return upload.value;
		});
	}

	private async upload(file: SourceFile, address: UploadUrl): Promise<string> {
		if (!isStorageAddress(address.upload_url, this.client.baseUrl)) {
			throw new Problem("Magic Hour's upload address cannot be used", {
				description: 'It is not an https address on the internet, so the file was not sent to it.',
			});
		}
		const outcome = await sendWithRetries('upload', this.signal, async (silenceSeconds) => {
			const { body, bytes, close } = await openFile(this.ctx, file);
			try {
				return await callStorage(this.ctx, {
					method: 'PUT',
					url: address.upload_url,
					body,
					headers: {
						'content-type': contentType(file),
						'content-length': bytes,
					},
					silenceSeconds,
					abortSignal: this.signal,
				});
			} finally {
				close();
			}
		});
		if (!outcome.ok) {
			throw requestProblem({ request: 'upload', failure: outcome.failure, tries: outcome.tries });
		}
		this.memory.files.rememberUpload(this.key(file), address.file_path);
		return address.file_path;
	}

	/** What one account has is of no use to another one. */
	private key({ key }: SourceFile): string {
		return `${this.client.account} ${key}`;
	}
}
