import type { IExecuteFunctions } from 'n8n-workflow';

import { isStorageAddress } from './address';
import { requestProblem } from './advice';
import type { UploadUrl } from './api.types';
import { contentType, openFile, type SourceFile } from './binary';
import { persist, type MagicHourClient } from './client';
import type { ExecutionMemory } from './memory';
import { asProblem, Problem } from './problem';
import { callStorage } from './transport';

/** Brings files to Magic Hour's storage, each distinct file of an execution once. */
export class Uploads {
	private readonly underWay = new Map<string, Promise<string>>();

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
				this.memory.recallUpload(file.key) === undefined &&
				files.findIndex(({ key }) => key === file.key) === index,
		);
		if (fresh.length > 0) {
			const addresses = this.client.uploadUrls(
				fresh.map(({ type, extension }) => ({ type, extension })),
			);
			fresh.forEach((file, index) => {
				const upload = addresses.then(async (all) => this.upload(file, all[index]!));
				this.underWay.set(file.key, upload);
				// The failure reaches every item that waits for the file; a later one tries again.
				upload.catch(() => this.underWay.delete(file.key));
			});
		}
		// All are waited for, so that no upload goes on after the item, or the node, has ended.
		const uploads = await Promise.allSettled(
			files.map(async ({ key }) => this.underWay.get(key) ?? this.memory.recallUpload(key)!),
		);
		return uploads.map((upload) => {
			if (upload.status === 'rejected') throw asProblem(upload.reason);
			return upload.value;
		});
	}

	private async upload(file: SourceFile, address: UploadUrl): Promise<string> {
		if (!isStorageAddress(address.upload_url, this.client.baseUrl)) {
			throw new Problem("Magic Hour's upload address cannot be used", {
				description: 'It is no https address, so the file was not sent to it.',
			});
		}
		const outcome = await persist('upload', this.signal, async (silenceSeconds) => {
			const { body, bytes } = await openFile(this.ctx, file);
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
		});
		if (!outcome.ok) {
			throw requestProblem({ request: 'upload', failure: outcome.failure, tries: outcome.tries });
		}
		this.memory.rememberUpload(file.key, address.file_path);
		return address.file_path;
	}
}
