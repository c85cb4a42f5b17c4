import type { IDataObject, IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';

import { quoted } from './quote';
import { retryAfterSeconds, type Failure } from './requestPolicy';

/** What a single try of a request brought. */
export type Answer<T> = { ok: true; status: number; body: T } | { ok: false; failure: Failure };

interface FullResponse {
	statusCode: number;
	headers: Record<string, string | undefined>;
	body: unknown;
}

/** An answer of a storage. */
export interface StorageResponse extends FullResponse {
	/**
	 * Closes the connection of a body that was not read to its end. To destroy the stream is not enough: n8n 2.x
	 * hands out a wrapping of it, whose end closes nothing.
	 */
	abandon(): void;
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
 * @param isExpected whether the parsed JSON is what was asked for
 * @param hideKey takes the key out of a text
 * @returns the parsed JSON, or why there is none; it never throws
 */
export async function callApi<T>(
	ctx: IExecuteFunctions,
	options: IHttpRequestOptions & { silenceSeconds: number },
	isExpected: (answer: unknown) => answer is T,
	hideKey: (text: string) => string,
): Promise<Answer<T>> {
	const { silenceSeconds, abortSignal, ...request } = options;
	const response = await attempt(() =>
		ctx.helpers.httpRequestWithAuthentication.call(ctx, 'magicHourApi', {
			...PLAIN,
			...request,
			encoding: 'text',
			timeout: silenceSeconds * 1000,
			abortSignal: ownSignal(abortSignal),
			headers: { accept: 'application/json', ...request.headers },
		}),
	);
	if ('kind' in response) return { ok: false, failure: response };
	const { statusCode: status } = response;
	const text = typeof response.body === 'string' ? hideKey(response.body) : '';
	if (!isSuccess(status)) {
		const { location } = response.headers;
		const failure = refusal(response, text, location && hideKey(location));
		return { ok: false, failure };
	}
	const isEmpty = status === 204;
	const body = isEmpty ? undefined : parseJson(text);
	return (isEmpty || body !== undefined) && isExpected(body)
		? { ok: true, status, body }
		: { ok: false, failure: { kind: 'unreadable', status, body: text } };
}

/**
 * Sends one request to a storage address that is signed in itself: without the API key.
 * @param options `body` may be a stream, when the `content-length` header is set
 * @returns the body as n8n delivers it for the `encoding` asked for; it never throws
 */
export async function callStorage(
	ctx: IExecuteFunctions,
	options: IHttpRequestOptions & { silenceSeconds: number },
): Promise<Answer<StorageResponse>> {
	const { silenceSeconds, abortSignal, ...request } = options;
	const end = new AbortController();
	const response = await attempt(() =>
		ctx.helpers.httpRequest({
			...PLAIN,
			...request,
			timeout: silenceSeconds * 1000,
			abortSignal: ownSignal(abortSignal, end.signal),
		}),
	);
	if ('kind' in response) return { ok: false, failure: response };
	const abandon = () => {
		// It ends with an error then, for which nobody listens who does not read it.
		(response.body as Partial<NodeJS.EventEmitter> | undefined)?.on?.('error', () => {});
		end.abort();
	};
	if (!isSuccess(response.statusCode)) {
		abandon();
		return { ok: false, failure: refusal(response, '') };
	}
	return { ok: true, status: response.statusCode, body: { ...response, abandon } };
}

/** Each request listens to a signal of its own: Node.js warns of a leak when more than ten listen to one. */
const ownSignal = (...signals: Array<IHttpRequestOptions['abortSignal']>) =>
	AbortSignal.any(signals.filter((signal) => signal !== undefined) as AbortSignal[]);

async function attempt(send: () => Promise<unknown>): Promise<FullResponse | Failure> {
	try {
		return (await send()) as FullResponse;
	} catch (error) {
		return connectionFailure(error);
	}
}

const isSuccess = (status: number) => status >= 200 && status < 300;

/** Levels. The API has four; what is nested without end could be read here, but not stored by n8n. */
const DEEPEST = 100;

/** Whether there is more than so many levels of lists and objects. */
function isNested(value: unknown, levels: number): boolean {
	if (typeof value !== 'object' || value === null) return false;
	return levels === 0 || Object.values(value).some((part) => isNested(part, levels - 1));
}

function parseJson(text: string): unknown {
	try {
		const value: unknown = JSON.parse(text);
		return isNested(value, DEEPEST) ? undefined : value;
	} catch {
		return undefined;
	}
}

/** Both of the vendor's shapes: `{ message }` and `{ code, message }`. */
function refusal({ statusCode, headers }: FullResponse, text: string, location?: string): Failure {
	const body = parseJson(text) as IDataObject | null | undefined;
	return {
		kind: 'refused',
		status: statusCode,
		message: quoted(body?.message),
		code: quoted(body?.code) || undefined,
		location,
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
