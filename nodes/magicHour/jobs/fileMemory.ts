import type { IBinaryData } from 'n8n-workflow';

import type { NodeMemory } from './memoryRecords';

/** Magic Hour keeps uploads for 7 days; a file that could vanish while a job waits is sent again. */
const UPLOAD_LIFETIME_MS = 6 * 24 * 3600 * 1000;

/** Which files an execution has uploaded, and which results it has loaded. */
export class FileMemory {
	constructor(private readonly stored: NodeMemory) {}

	/** @returns the `file_path` of a file this execution has uploaded, while Magic Hour still has it */
	recallUpload(key: string): string | undefined {
		const upload = this.stored.uploads[key];
		return upload && Date.now() - upload.at < UPLOAD_LIFETIME_MS ? upload.filePath : undefined;
	}

	rememberUpload(key: string, filePath: string): void {
		this.stored.uploads[key] = { filePath, at: Date.now() };
	}

	/** @returns the results of a job that this execution has loaded; n8n may have deleted them since */
	recallDownload(jobId: string): IBinaryData[] | undefined {
		return this.stored.downloads?.[jobId];
	}

	/** Results that n8n keeps in the items themselves are not remembered: that would double them. */
	rememberDownload(jobId: string, results: IBinaryData[]): void {
		if (results.some(({ id }) => id === undefined)) return;
		(this.stored.downloads ??= {})[jobId] = results;
	}
}
