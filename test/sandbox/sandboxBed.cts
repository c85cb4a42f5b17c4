import { Agent } from 'node:http';

import axios, { type AxiosInstance } from 'axios';

import type {
	FileType,
	LipSyncRequest,
	LipSyncResponse,
	UploadUrl,
	VideoProject,
} from '../../nodes/magicHour/api/contract.ts';
import { startSandbox, type Sandbox } from '../../sandbox/index.cts';

/** An HTTP client with the sandbox's key; it leaves judging statuses to the test. */
export function connect(sandbox: Sandbox): AxiosInstance {
	return axios.create({
		baseURL: sandbox.url,
		// A connection that is kept would be cut by a restart, under the next request.
		httpAgent: new Agent({ keepAlive: false }),
		headers: { authorization: `Bearer ${sandbox.apiKey}` },
		validateStatus: () => true,
	});
}

/** A sandbox, and a client for it. */
export interface SandboxBed {
	sandbox: Sandbox;
	client: AxiosInstance;
}

/** Gives a test file a sandbox of its own, which is as new before each test. */
export function useSandbox(): SandboxBed {
	const bed = {} as SandboxBed;
	beforeAll(async () => {
		bed.sandbox = await startSandbox();
		bed.client = connect(bed.sandbox);
	});
	beforeEach(() => bed.sandbox.reset());
	afterAll(async () => bed.sandbox.close());
	return bed;
}

/** A client for signed addresses: it has no key. */
export const storage = axios.create({ validateStatus: () => true });

type Changes = Partial<Omit<LipSyncRequest, 'assets'>>;

/** A request that needs no upload; 4 seconds at 30 frames, which are 120 credits. */
export function youtubeJob(changes: Changes = {}): LipSyncRequest {
	return {
		start_seconds: 0,
		end_seconds: 4,
		assets: {
			audio_file_path: 'https://example.com/voice.mp3',
			video_source: 'youtube',
			youtube_url: 'https://www.youtube.com/watch?v=dQw4w9WgXcQ',
		},
		...changes,
	};
}

export async function create(
	client: AxiosInstance,
	request: LipSyncRequest = youtubeJob(),
): Promise<LipSyncResponse> {
	const { status, data } = await client.post<LipSyncResponse>('/v1/lip-sync', request);
	if (status !== 200) throw new Error(`no job: ${status} ${JSON.stringify(data)}`);
	return data;
}

export async function project(client: AxiosInstance, id: string): Promise<VideoProject> {
	return (await client.get<VideoProject>(`/v1/video-projects/${id}`)).data;
}

export async function uploadUrl(
	client: AxiosInstance,
	type: FileType,
	extension: string,
): Promise<UploadUrl> {
	const { data } = await client.post<{ items: [UploadUrl] }>('/v1/files/upload-urls', {
		items: [{ type, extension }],
	});
	return data.items[0];
}

/** Gives a small file to the sandbox. */
export async function upload(
	client: AxiosInstance,
	type: FileType,
	extension: string,
): Promise<string> {
	const { upload_url, file_path } = await uploadUrl(client, type, extension);
	await storage.put(upload_url, Buffer.from(`some ${type}`));
	return file_path;
}
