import { createRequire } from 'node:module';
import { join } from 'node:path';

import { REQUEST_BODY } from '../workflows.cts';
import { serve } from './serve.cts';

export interface SdkTask {
	/** Where the SDK is installed. */
	folder: string;
	baseUrl: string;
	apiKey: string;
	/** A small job of its own, so that the files of the SDK are loaded. */
	warmUp: SdkAction;
	action: SdkAction;
}

export type SdkAction =
	/** As many jobs at once, from two files on disk. */
	| { kind: 'generate'; jobs: number; audio: string; video: string }
	/** As many jobs at once, of files on the web; those that are refused are left out. */
	| { kind: 'create'; jobs: number }
	| { kind: 'upload'; file: string }
	| { kind: 'download'; id: string; into: string };

/** The part of the SDK's client that is used here. */
interface SdkClient {
	v1: {
		lipSync: {
			generate: (request: unknown, options: unknown) => Promise<{ status: string }>;
			create: (request: unknown) => Promise<unknown>;
		};
		files: { uploadFile: (path: string) => Promise<string> };
		videoProjects: {
			checkResult: (request: unknown, options: unknown) => Promise<{ downloadedPaths: string[] }>;
		};
	};
}

serve<SdkTask, unknown>(async ({ folder, baseUrl, apiKey, warmUp, action }) => {
	const { default: Client } = createRequire(join(folder, 'package.json'))('magic-hour') as {
		default: new (options: object) => SdkClient;
	};
	const client = new Client({ token: apiKey, baseUrl });
	return {
		warmUp: async () => await act(client, warmUp),
		run: async () => await act(client, action),
	};
});

async function act({ v1 }: SdkClient, action: SdkAction): Promise<unknown> {
	switch (action.kind) {
		case 'generate': {
			const { jobs, audio, video } = action;
			const made = await Promise.all(
				Array.from({ length: jobs }, () =>
					v1.lipSync.generate(
						{
							assets: { audioFilePath: audio, videoFilePath: video, videoSource: 'file' },
							startSeconds: 0,
							endSeconds: 1,
						},
						{ waitForCompletion: true, downloadOutputs: false },
					),
				),
			);
			if (made.some(({ status }) => status !== 'complete')) throw new Error('A job failed');
			return made.length;
		}
		case 'create': {
			const { assets } = REQUEST_BODY;
			const made = await Promise.allSettled(
				Array.from({ length: action.jobs }, async () =>
					v1.lipSync.create({
						assets: {
							audioFilePath: assets.audio_file_path,
							videoFilePath: assets.video_file_path,
							videoSource: 'file',
						},
						startSeconds: 0,
						endSeconds: 1,
					}),
				),
			);
			return made.filter(({ status }) => status === 'fulfilled').length;
		}
		case 'upload':
			return await v1.files.uploadFile(action.file);
		case 'download': {
			const { downloadedPaths } = await v1.videoProjects.checkResult(
				{ id: action.id },
				{ waitForCompletion: true, downloadOutputs: true, downloadDirectory: action.into },
			);
			// The SDK only logs a download that failed.
			if (downloadedPaths.length !== 1) throw new Error('The download failed');
			return downloadedPaths;
		}
	}
}
