/**
 * Magic Hour's API as its published contract states it (docs.magichour.ai, OpenAPI, August 2026).
 * The node, the sandbox and the tests all use these types; they are stated nowhere else.
 */

/** File extensions the API accepts per kind of asset (`POST /v1/files/upload-urls`). */
export const FILE_EXTENSIONS = {
	video: ['mp4', 'm4v', 'mov', 'webm'],
	audio: ['mp3', 'wav', 'aac', 'flac', 'webm', 'weba', 'm4a', 'opus', 'ogg', 'oga', 'aiff', 'amr'],
	image: [
		'png',
		'jpg',
		'jpeg',
		'jfif',
		'heic',
		'heif',
		'webp',
		'avif',
		'jp2',
		'tiff',
		'tif',
		'bmp',
	],
} as const;

export type FileType = keyof typeof FILE_EXTENSIONS;

export const GENERATION_MODES = ['lite', 'standard', 'pro'] as const;
export type GenerationMode = (typeof GENERATION_MODES)[number];

export const VIDEO_SOURCES = ['file', 'youtube'] as const;
export type VideoSource = (typeof VIDEO_SOURCES)[number];

export const PROJECT_STATUSES = [
	'draft',
	'queued',
	'rendering',
	'complete',
	'error',
	'canceled',
] as const;
export type ProjectStatus = (typeof PROJECT_STATUSES)[number];

/** `POST /v1/files/upload-urls` */
export interface UploadUrlsRequest {
	items: Array<{ type: FileType; extension: string }>;
}

/** One entry per requested file, in the order of the request. */
export interface UploadUrl {
	upload_url: string;
	expires_at: string;
	file_path: string;
}

export interface UploadUrlsResponse {
	items: UploadUrl[];
}

/** `POST /v1/lip-sync`. Times are seconds of the input video. */
export interface LipSyncRequest {
	name?: string;
	start_seconds: number;
	end_seconds: number;
	max_fps_limit?: number;
	/** Deprecated by the vendor and without effect. */
	height?: number;
	/** Deprecated by the vendor and without effect. */
	width?: number;
	assets: {
		audio_file_path: string;
		video_source: VideoSource;
		video_file_path?: string;
		youtube_url?: string;
	};
	style?: { generation_mode?: GenerationMode };
}

/** What a sentence of the API can be about: a field of {@link LipSyncRequest}, at any depth. */
export type RequestField =
	| Exclude<keyof LipSyncRequest, 'assets' | 'style'>
	| keyof LipSyncRequest['assets']
	| keyof NonNullable<LipSyncRequest['style']>;

export interface LipSyncResponse {
	id: string;
	/** Credits taken from the account; an estimate until the job is `complete`. */
	credits_charged: number;
	/** Older name of `credits_charged`, still sent at times. */
	estimated_frame_cost?: number;
}

/** `GET /v1/video-projects/{id}` and the payload of the video webhooks. */
export interface VideoProject {
	id: string;
	name: string | null;
	status: ProjectStatus;
	/** `LIP_SYNC` for a lip sync; the vendor's other products have others. */
	type: string;
	created_at: string;
	/** Pixels; -1 means: to be ignored. */
	width: number;
	height: number;
	/** False once the project is deleted. */
	enabled: boolean;
	start_seconds: number;
	end_seconds: number;
	credits_charged: number;
	fps: number;
	error: { message: string; code: string } | null;
	downloads: Array<{ url: string; expires_at: string }>;
}

export const ACCOUNT_TIERS = ['free', 'creator', 'pro', 'business'] as const;

/** `GET /v1/account` */
export interface Account {
	id: string;
	email: string | null;
	tier: (typeof ACCOUNT_TIERS)[number];
	credits: number;
	subscription: {
		name: string | null;
		status: 'active' | 'past_due';
		price: { amount: number; currency: string };
		discount: { percent_off: number | null; amount_off: number | null } | null;
		billing_interval: 'month' | 'year' | null;
		current_period_end: string | null;
		cancel_at_period_end: boolean;
	} | null;
}

/** Both shapes in which the API words a refusal. */
export interface ApiErrorBody {
	message: string;
	code?: string;
}

/** Video webhook events; a canceled job sends none. */
export const VIDEO_EVENTS = ['video.started', 'video.completed', 'video.errored'] as const;
export const IMAGE_EVENTS = ['image.started', 'image.completed', 'image.errored'] as const;
export const AUDIO_EVENTS = ['audio.started', 'audio.completed', 'audio.errored'] as const;
export const WEBHOOK_EVENTS = [...VIDEO_EVENTS, ...IMAGE_EVENTS, ...AUDIO_EVENTS] as const;
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

/** Body of a webhook delivery. */
export interface WebhookDelivery {
	type: WebhookEvent;
	payload: VideoProject;
}

export const SIGNATURE_HEADER = 'magic-hour-event-signature';
export const TIMESTAMP_HEADER = 'magic-hour-event-timestamp';
