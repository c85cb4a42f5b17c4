import type { IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';

import { checkedBaseUrl } from './baseUrl';
import { KEY_PAGE, requestProblem } from './requestProblem';
import type {
	Account,
	LipSyncRequest,
	LipSyncResponse,
	UploadUrl,
	UploadUrlsRequest,
	VideoProject,
} from './contract';
import { PROJECT_STATUSES } from './contract';
import type { Failure } from './failures';
import { digest } from '../digest';
import { masking, type Mask } from './mask';
import { Problem } from '../problem';
import { REQUEST_POLICY, type RequestKind } from './requestPolicy';
import { takeSeat } from './governors';
import type { Seat, SeatOptions, SendOptions } from './seat';
import type { Outcome } from './sendWithRetries';
import { callApi, type Answer } from './transport';

/** Magic Hour's API, one method per path; each throws a {@link Problem} that says what to do. */
export class MagicHourClient {
	private constructor(
		private readonly ctx: IExecuteFunctions,
		readonly baseUrl: string,
		/** Tells accounts apart; the key cannot be read back from it. */
		readonly account: string,
		private readonly mask: Mask,
		private readonly seat: Seat,
	) {}

	/**
	 * @param run `signal` ends pauses and reading requests
	 * @returns a client, which has to be closed in the end
	 * @throws Problem when the credential has no usable key, or no base URL the key may be sent to
	 */
	static async create(ctx: IExecuteFunctions, run: SeatOptions): Promise<MagicHourClient> {
		const { apiKey, baseUrl } = await ctx.getCredentials('magicHourApi');
		const key = checkedKey(apiKey);
		const address = checkedBaseUrl(baseUrl);
		const account = accountOf(address, key);
		return new MagicHourClient(ctx, address, account, masking(key), takeSeat(account, run));
	}

	/** To be called when the run has ended. */
	close(): void {
		this.seat.leave();
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

	/**
	 * One single try of `GET /v1/video-projects/{id}`, for those who ask again anyway.
	 * @param seconds after which nobody needs the answer any more
	 */
	async checkProject(id: string, seconds = Infinity): Promise<Outcome<VideoProject>> {
		const limits = { tries: 1, until: Date.now() + seconds * 1000 };
		return await this.send('getProject', projectRequest('GET', id), isProject(id), limits);
	}

	/** `DELETE /v1/video-projects/{id}`: deletes the rendered video for good. */
	async deleteProject(id: string): Promise<void> {
		let isInDoubt = false;
		const outcome = await this.send(
			'deleteProject',
			projectRequest('DELETE', id),
			(answer): answer is unknown => answer !== null,
			{ onFailure: ({ kind }) => (isInDoubt ||= kind === 'lost' || kind === 'unreadable') },
		);
		if (outcome.ok) return;
		const { failure, tries } = outcome;
		// An earlier try, whose answer did not come through, has deleted it.
		if (isInDoubt && failure.kind === 'refused' && failure.status === 404) return;
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
		{ onFailure, ...limits }: SendOptions & { onFailure?: (failure: Failure) => void } = {},
	): Promise<Outcome<T>> {
		const once = async () => {
			const secondsLeft = ((limits.until ?? Infinity) - Date.now()) / 1000;
			const { timeoutSeconds } = REQUEST_POLICY[request];
			const seconds = Math.min(timeoutSeconds, secondsLeft);
			const answer = await this.once(request, options, isExpected, seconds);
			if (!answer.ok) onFailure?.(answer.failure);
			return answer;
		};
		return await this.seat.send(request, once, limits);
	}

	private async once<T>(
		request: RequestKind,
		options: IHttpRequestOptions,
		isExpected: (answer: unknown) => answer is T,
		timeoutSeconds: number,
	): Promise<Answer<T>> {
		return await callApi(
			this.ctx,
			{
				...options,
				url: `${this.baseUrl}${options.url}`,
				timeoutSeconds,
				// A creation under way is torn by nothing but a stop of the execution: whether it made a job could
				// not be known any more.
				abortSignal:
					request === 'createLipSync'
						? this.ctx.getExecutionCancelSignal()
						: this.seat.options.signal,
			},
			isExpected,
			this.mask,
		);
	}
}

/** Short, and mixed with other text, so that it is of no use to who looks for the key. */
const accountOf = (baseUrl: string, key: string) =>
	digest(['an account of Magic Hour', baseUrl, key]).slice(0, 10);

const isObject = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** An id as it can stand in an address and in a sentence: dots alone would lead to another path. */
const isId = (value: unknown): value is string =>
	typeof value === 'string' && /^(?!\.{1,2}$)[\x21-\x7e]{1,200}$/.test(value);

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
			description: `It is empty, or has spaces or other characters that no key has. Copy it again from ${KEY_PAGE}`,
		});
	}
	return key;
}
