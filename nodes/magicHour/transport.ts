import type { IDataObject, IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';

import { retryAfterSeconds, type Failure } from './requestPolicy';

/** What a single try of a request brought. */
export type Answer<T> = { ok: true; status: number; body: T } | { ok: false; failure: Failure };

interface FullResponse {
	statusCode: number;
	headers: Record<string, string | undefined>;
	body: unknown;
}

/**
 * Redirects are never followed: n8n would send the API key along, and would hold an uploaded file in
 * memory in order to be able to send it twice. Statuses are judged here, so none of them throws.
 */
const PLAIN: Partial<IHttpRequestOptions> = {
	returnFullResponse: true,
	disableFollowRedirect: true,
	ignoreHttpStatusErrors: true,
};

/**
 * Sends one request to the API, with the credential's key.
 * @returns the parsed JSON, or why there is none; it never throws
 */
export async function callApi(
	ctx: IExecuteFunctions,
	options: IHttpRequestOptions & { silenceSeconds: number },
): Promise<Answer<unknown>> {
	const { silenceSeconds, ...request } = options;
	const response = await attempt(() =>
		ctx.helpers.httpRequestWithAuthentication.call(ctx, 'magicHourApi', {
			...PLAIN,
			...request,
			encoding: 'text',
			timeout: silenceSeconds * 1000,
			headers: { accept: 'application/json', ...request.headers },
		}),
	);
	if ('kind' in response) return { ok: false, failure: response };
	const text = typeof response.body === 'string' ? response.body : '';
	if (!isSuccess(response.statusCode)) {
		return { ok: false, failure: refusal(response, await withoutKey(ctx, text)) };
	}
	if (response.statusCode === 204) return { ok: true, status: 204, body: undefined };
	const body = parseJson(text);
	return body === undefined
		? { ok: false, failure: { kind: 'unreadable', status: response.statusCode, body: text } }
		: { ok: true, status: response.statusCode, body };
}

/**
 * Sends one request to a storage address that is signed in itself: without the API key.
 * @param options `body` may be a stream, when the `content-length` header is set
 * @returns the body as n8n delivers it for the `encoding` asked for; it never throws
 */
export async function callStorage(
	ctx: IExecuteFunctions,
	options: IHttpRequestOptions & { silenceSeconds: number },
): Promise<Answer<FullResponse>> {
	const { silenceSeconds, ...request } = options;
	const response = await attempt(() =>
		ctx.helpers.httpRequest({ ...PLAIN, ...request, timeout: silenceSeconds * 1000 }),
	);
	if ('kind' in response) return { ok: false, failure: response };
	if (!isSuccess(response.statusCode)) return { ok: false, failure: refusal(response, '') };
	return { ok: true, status: response.statusCode, body: response };
}

async function attempt(send: () => Promise<unknown>): Promise<FullResponse | Failure> {
	try {
		return (await send()) as FullResponse;
	} catch (error) {
		return connectionFailure(error);
	}
}

const isSuccess = (status: number) => status >= 200 && status < 300;

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return undefined;
	}
}

/** An API may repeat the key it refuses; what n8n shows and stores must not. */
async function withoutKey(ctx: IExecuteFunctions, text: string): Promise<string> {
	const { apiKey } = await ctx.getCredentials<{ apiKey: string }>('magicHourApi');
	const key = apiKey.trim();
	return key === '' ? text : text.replaceAll(key, '***');
}

/** Both of the vendor's shapes: `{ message }` and `{ code, message }`. */
function refusal({ statusCode, headers }: FullResponse, text: string): Failure {
	const body = parseJson(text) as IDataObject | null | undefined;
	return {
		kind: 'refused',
		status: statusCode,
		message: typeof body?.message === 'string' ? body.message : '',
		code: typeof body?.code === 'string' ? body.code : undefined,
		location: headers.location,
		retryAfterSeconds: retryAfterSeconds(headers['retry-after']),
	};
}

/** Error codes of Node.js after which nothing has been sent. */
const NEVER_OPENED = new Set([
	'ECONNREFUSED',
	'ENOTFOUND',
	'EAI_AGAIN',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'EHOSTDOWN',
	'ENETDOWN',
	'EADDRNOTAVAIL',
	'EPROTO',
	'ERR_INVALID_URL',
	'ERR_INVALID_CHAR',
]);

interface ConnectionError {
	code?: unknown;
	syscall?: unknown;
	cause?: unknown;
}

/**
 * Whether the server can have seen the request. n8n wraps the request library's error, so the whole chain
 * of causes is read; what is not understood counts as seen, because that never pays twice.
 */
export function connectionFailure(error: unknown): Failure {
	let code = 'UNKNOWN';
	for (let link = error as ConnectionError | undefined, depth = 0; link && depth < 6; depth++) {
		if (typeof link.code === 'string') {
			const certificateRefused = /^(CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERR_TLS_)/.test(
				link.code,
			);
			if (
				NEVER_OPENED.has(link.code) ||
				certificateRefused ||
				link.syscall === 'connect' ||
				link.syscall === 'getaddrinfo'
			) {
				return { kind: 'notSent', code: link.code };
			}
			code = link.code;
		}
		link = link.cause as ConnectionError | undefined;
	}
	return { kind: 'lost', code };
}
