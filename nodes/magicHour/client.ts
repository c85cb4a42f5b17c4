import type { IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';

import { checkedBaseUrl } from './address';
import { KEY_PAGE, requestProblem } from './advice';
import type {
	Account,
	LipSyncRequest,
	LipSyncResponse,
	UploadUrl,
	UploadUrlsRequest,
	VideoProject,
} from './api.types';
import { PROJECT_STATUSES } from './api.types';
import { pause } from './pause';
import { Problem } from './problem';
import {
	mayRepeat,
	REQUEST_POLICY,
	secondsBeforeRetry,
	type Failure,
	type RequestKind,
} from './requestPolicy';
import { callApi, type Answer } from './transport';

/** How a request ended after all its tries. */
export type Outcome<T> = { ok: true; body: T } | { ok: false; failure: Failure; tries: number };

/**
 * Sends a request until it succeeds, may not be repeated, has used up its tries, or the run was stopped.
 * @param send one try; it must be able to run again from the start
 */
export async function persist<T>(
	request: RequestKind,
	signal: AbortSignal,
	send: (silenceSeconds: number) => Promise<Answer<T>>,
): Promise<Outcome<T>> {
	const { tries, silenceSeconds } = REQUEST_POLICY[request];
	for (let tried = 1; ; tried++) {
		const answer = await send(silenceSeconds);
		if (answer.ok) return answer;
		const { failure } = answer;
		if (tried === tries || !mayRepeat(request, failure))
			return { ok: false, failure, tries: tried };
		await pause(secondsBeforeRetry(tried, failure), signal);
		if (signal.aborted) return { ok: false, failure, tries: tried };
	}
}

/** Magic Hour's API, one method per path; each throws a {@link Problem} that says what to do. */
export class MagicHourClient {
	private constructor(
		private readonly ctx: IExecuteFunctions,
		readonly baseUrl: string,
		private readonly hideKey: (text: string) => string,
		private readonly signal: AbortSignal,
	) {}

	/**
	 * @param signal ends pauses and reading requests
	 * @throws Problem when the credential has no usable key, or no base URL the key may be sent to
	 */
	static async create(ctx: IExecuteFunctions, signal: AbortSignal): Promise<MagicHourClient> {
		const { apiKey, baseUrl } = await ctx.getCredentials('magicHourApi');
		return new MagicHourClient(ctx, checkedBaseUrl(baseUrl), hiding(checkedKey(apiKey)), signal);
	}

	/** `POST /v1/files/upload-urls`: an address for each file, in the order of the request. */
	async uploadUrls(items: UploadUrlsRequest['items']): Promise<UploadUrl[]> {
		const body = await this.request(
			'uploadUrls',
			{ method: 'POST', url: '/v1/files/upload-urls', body: { items } },
			(answer): answer is { items: UploadUrl[] } =>
				isObject(answer) &&
				Array.isArray(answer.items) &&
				answer.items.length === items.length &&
				answer.items.every(
					(item) => isObject(item) && isText(item.upload_url) && isText(item.file_path),
				),
		);
		return body.items;
	}

	/**
	 * `POST /v1/lip-sync`: creates and charges a job. Unlike the others it does not throw, because its caller
	 * has to remember first what the outcome means.
	 */
	async createLipSync(job: LipSyncRequest): Promise<Outcome<LipSyncResponse>> {
		return await this.send(
			'createLipSync',
			{ method: 'POST', url: '/v1/lip-sync', body: job },
			(answer): answer is LipSyncResponse => isObject(answer) && isId(answer.id),
		);
	}

	/** `GET /v1/video-projects/{id}` */
	async getProject(id: string): Promise<VideoProject> {
		return await this.request('getProject', projectRequest('GET', id), isProject(id), id);
	}

	/** One single try of `GET /v1/video-projects/{id}`, for those who ask again anyway. */
	async checkProject(id: string): Promise<Answer<VideoProject>> {
		const { silenceSeconds } = REQUEST_POLICY.getProject;
		return await this.once('getProject', projectRequest('GET', id), isProject(id), silenceSeconds);
	}

	/** `DELETE /v1/video-projects/{id}`: deletes the rendered video for good. */
	async deleteProject(id: string): Promise<void> {
		const outcome = await this.send(
			'deleteProject',
			projectRequest('DELETE', id),
			(answer): answer is unknown => answer !== null,
		);
		if (outcome.ok) return;
		const { failure, tries } = outcome;
		// An earlier try whose answer was lost has deleted it.
		if (tries > 1 && failure.kind === 'refused' && failure.status === 404) return;
		throw requestProblem({ request: 'deleteProject', failure, tries, id });
	}

	/** `GET /v1/account` */
	async getAccount(): Promise<Account> {
		return await this.request(
			'getAccount',
			{ method: 'GET', url: '/v1/account' },
			(answer): answer is Account => isObject(answer) && isText(answer.id),
		);
	}

	private async request<T>(
		request: RequestKind,
		options: IHttpRequestOptions,
		isExpected: (answer: unknown) => answer is T,
		id?: string,
	): Promise<T> {
		const outcome = await this.send(request, options, isExpected);
		if (outcome.ok) return outcome.body;
		throw requestProblem({ request, failure: outcome.failure, tries: outcome.tries, id });
	}

	private async send<T>(
		request: RequestKind,
		options: IHttpRequestOptions,
		isExpected: (answer: unknown) => answer is T,
	): Promise<Outcome<T>> {
		return await persist(request, this.signal, async (silenceSeconds) =>
			this.once(request, options, isExpected, silenceSeconds),
		);
	}

	private async once<T>(
		request: RequestKind,
		options: IHttpRequestOptions,
		isExpected: (answer: unknown) => answer is T,
		silenceSeconds: number,
	): Promise<Answer<T>> {
		return await callApi(
			this.ctx,
			{
				...options,
				url: `${this.baseUrl}${options.url}`,
				silenceSeconds,
				// A creation under way is torn by nothing but a stop of the execution: whether it made a job could
				// not be known any more.
				abortSignal:
					request === 'createLipSync' ? this.ctx.getExecutionCancelSignal() : this.signal,
			},
			isExpected,
			this.hideKey,
		);
	}
}

const isObject = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** An id as it can stand in an address and in a sentence. */
const isId = (value: unknown): value is string =>
	typeof value === 'string' && /^[\x21-\x7e]{1,200}$/.test(value);

const isProject =
	(id: string) =>
	(answer: unknown): answer is VideoProject =>
		isObject(answer) &&
		answer.id === id &&
		(PROJECT_STATUSES as readonly unknown[]).includes(answer.status);

const projectRequest = (method: 'GET' | 'DELETE', id: string): IHttpRequestOptions => ({
	method,
	url: `/v1/video-projects/${encodeURIComponent(id)}`,
});

/** @throws Problem for a key that no request could carry */
function checkedKey(apiKey: unknown): string {
	const key = typeof apiKey === 'string' ? apiKey.trim() : '';
	if (!/^[\x21-\x7e]+$/.test(key)) {
		throw new Problem('The API Key of the Magic Hour credential cannot be used', {
			description: `It is empty, or has spaces or other characters that no key has. Copy it anew from ${KEY_PAGE}`,
		});
	}
	return key;
}

/** Characters. A key is longer; a shorter text could be part of anything. */
const SHORTEST_KEY = 8;

/** An API may repeat the key it was sent; what n8n shows and stores must not. */
const hiding =
	(key: string) =>
	(text: string): string =>
		key.length < SHORTEST_KEY ? text : text.replaceAll(key, '***');
