import type { Account, LipSyncRequest, VideoProject } from '../nodes/magicHour/api/contract.ts';

/** How a sandbox is set up. Everything has a default. */
export interface SandboxOptions {
	/** The port to listen on, on 127.0.0.1; 0 is a free one. Default: 0. */
	port?: number;
	/** The one key that is let in. Default: `sandbox-key`. */
	apiKey?: string;
	/** Credits of the account at the start. Default: 1,000,000. */
	credits?: number;
	/** On `free`, the modes `standard` and `pro` are refused with 402. Default: `creator`. */
	tier?: Account['tier'];
	/** Seconds a job is `queued`. Default: 0.1. */
	queueSeconds?: number;
	/** Seconds a job is `rendering`. Default: 1. */
	renderSeconds?: number;
	/** Seconds for which a connection that is not used stays open. Default: 60. */
	keepAliveSeconds?: number;
	/** How many bytes a second storage takes and gives. Default: as many as it can. */
	storageBytesPerSecond?: number;
	/** Seconds for which an upload address is valid. Default: an hour. */
	uploadValiditySeconds?: number;
	/**
	 * Whether answers have the fields too that the vendor's contract has dropped (`estimated_frame_cost`,
	 * `total_frame_cost`, `download`): its SDK 0.43 refuses answers without them. Default: no.
	 */
	deprecatedFields?: boolean;
	/** How many requests are let through. Default: all. */
	rateLimit?: RateLimit;
	/** What becomes of each job. Default: it is completed. */
	script?: JobScript;
	/** Where the events of the jobs are sent to. Default: nowhere. */
	webhook?: WebhookOptions;
	/** Takes every line the sandbox has to say; each begins with `sandbox`. */
	onLog?: (line: string) => void;
}

export const RATE_LIMIT_KINDS = ['fixed-window', 'token-bucket'] as const;
export const RATE_LIMITED = ['creations', 'everything'] as const;

/** A limit on requests to the API; storage has none. What is too much is refused with 429. */
export interface RateLimit {
	/** How many, in so many seconds. */
	requests: number;
	seconds: number;
	/**
	 * `fixed-window`: the first request opens a window for all. `token-bucket`: as many at once, and then evenly.
	 * Default: `fixed-window`.
	 */
	kind?: (typeof RATE_LIMIT_KINDS)[number];
	/** Default: `creations`. */
	on?: (typeof RATE_LIMITED)[number];
	/** Whether a refusal says in whole seconds when to come again. The vendor's does not. Default: no. */
	retryAfter?: boolean;
}

export interface WebhookOptions {
	/** An address on this machine: the sandbox never leaves loopback. */
	url: string;
	secret: string;
	/** Seconds before the first repetition; each later pause is twice as long. Default: 1. */
	firstRetrySeconds?: number;
}

export const OUTCOMES = ['complete', 'error', 'canceled', 'never'] as const;

/** What becomes of one job. */
export interface JobPlan {
	/** `never`: it renders for ever. */
	outcome: (typeof OUTCOMES)[number];
	/** Default: that of the sandbox. */
	queueSeconds?: number;
	/** Default: that of the sandbox. */
	renderSeconds?: number;
	/** What an `error` says. */
	error?: { code: string; message: string };
	/** How many files a `complete` job has. Default: 1. */
	downloads?: number;
	/** Frames per second of the input video. Default: what an uploaded video says itself, else 30. */
	fps?: number;
	/** The rendered file. Default: the talking head of `samples/`. */
	result?: Buffer;
	/** Seconds for which a download address is valid, from the answer it is in. Default: 24 hours. */
	downloadValiditySeconds?: number;
}

/**
 * Decides what becomes of a job; what it leaves out has its default.
 * @param index how many jobs were created before this one
 */
export type JobScript = (request: LipSyncRequest, index: number) => Partial<JobPlan>;

export const ENDPOINTS = [
	'uploadUrls',
	'createLipSync',
	'getProject',
	'deleteProject',
	'getAccount',
	'upload',
	'download',
] as const;
export type Endpoint = (typeof ENDPOINTS)[number];

export type FaultAction =
	/** This answer. Without a `body`, the vendor's shape with the status in words; a string is sent raw. */
	| { status: number; body?: unknown; headers?: Record<string, string> }
	/** The connection is reset as soon as the request is known: it has no effect. */
	| 'resetBefore'
	/** The connection is reset instead of the answer. */
	| 'reset'
	/** There is never an answer. */
	| 'hang'
	/** Status 200 with something that isn't JSON (or no video). */
	| 'garbage'
	/** Status 200 and no body. */
	| 'empty'
	/** Half of the JSON, well sent; of a download, half of the file before the connection is cut. */
	| 'truncated'
	/** Half of the answer, and then nothing more, while the connection stays open. */
	| 'stall'
	/** The right answer, and then blanks: in gzip of half a megabyte, which becomes 450 MB. */
	| 'bomb'
	/** The right answer, and then blanks for as long as the client reads. */
	| 'endless'
	/** The right answer, later. The request takes effect at once. */
	| { delaySeconds: number }
	/** The right answer, with so many seconds after each of its bytes. The request takes effect at once. */
	| { dripSeconds: number };

/** Something that goes wrong, on purpose. */
export interface Fault {
	on: Endpoint;
	action: FaultAction;
	/**
	 * Whether the request does what it was sent for (a job is created, a file is stored) although its answer
	 * is spoilt. Default: not for a status, always for `delaySeconds` and `dripSeconds`, never for `resetBefore`, else yes.
	 */
	effect?: boolean;
	/** How many requests it hits. Default: 1. */
	times?: number;
	/** How many matching requests go by before. Default: 0. */
	skip?: number;
	match?: (request: RecordedRequest) => boolean;
}

/** Says what goes wrong with a request; undefined: nothing that was not asked for otherwise. */
export type FaultChoice = (
	request: RecordedRequest,
) => Pick<Fault, 'action' | 'effect'> | undefined;

export interface RecordedRequest {
	endpoint: Endpoint | 'unknown';
	method: string;
	/** As sent, with its query. */
	path: string;
	headers: Record<string, string | string[] | undefined>;
	/** The parsed JSON; undefined where there was none, and for uploaded files. */
	body: unknown;
	/** Length of the body that arrived. */
	bytes: number;
	/** Milliseconds since the epoch. */
	at: number;
	/** Of the answer; undefined as long as there is none. */
	status?: number;
}

export interface SandboxJob {
	readonly id: string;
	readonly request: LipSyncRequest;
	/** What `GET /v1/video-projects/{id}` would answer now; `enabled` is false once it is deleted. */
	readonly project: VideoProject;
	/** Milliseconds since the epoch. */
	readonly createdAt: number;
	/** Milliseconds since the epoch; undefined as long as the job is not finished. */
	readonly finishedAt?: number;
}

export interface StoredFile {
	bytes: number;
	sha256: string;
}

/** A running stand-in for Magic Hour's API. */
export interface Sandbox {
	/** What belongs into the credential's Base URL. */
	readonly url: string;
	readonly apiKey: string;
	/** In the order of their creation, deleted ones included. */
	readonly jobs: readonly SandboxJob[];
	/** In the order of their arrival. */
	readonly requests: readonly RecordedRequest[];
	/** Completely uploaded files under their `file_path`. */
	readonly uploads: ReadonlyMap<string, StoredFile>;
	/** What `GET /v1/account` would answer now. */
	readonly account: Account;
	/** Asks for a fault. Where several fit a request, the one asked for first hits. */
	fail(fault: Fault): void;
	/** Asks about each request from now on what goes wrong with it; before the faults of `fail`. */
	failBy(choice: FaultChoice): void;
	/** No more faults, and nobody is asked. */
	clearFaults(): void;
	/** Lets only so many requests through from now on; undefined: all. */
	limitRate(limit: RateLimit | undefined): void;
	/** Says what becomes of the jobs created from now on. */
	setScript(script: JobScript): void;
	requestsTo(endpoint: Endpoint): RecordedRequest[];
	/**
	 * Ends a job now, as its plan says; what `plan` says goes first, and a job planned to end never is completed.
	 * @throws Error when there is no such job, or it has ended already
	 */
	finish(id: string, plan?: Partial<JobPlan>): void;
	/** Back to how it was started: no jobs, requests, faults, uploads; all credits; the first script; the rate counted from zero. */
	reset(): void;
	/**
	 * Cuts all connections, refuses new ones for so many seconds, and listens again on the same port: what was
	 * done before is still known.
	 */
	restart(downSeconds?: number): Promise<void>;
	/** Stops at once; connections that are open are cut. */
	close(): Promise<void>;
}
