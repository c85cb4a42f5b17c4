import type { IDataObject, IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';

import { oneLine } from '../oneLine';
import { readAnswer } from './boundedAnswer';
import { Deadline } from './deadline';
import { connectionFailure, type Failure } from './failures';
import type { Mask } from './mask';
import { pastProxy } from './noProxy';
import { OwnSignal } from './ownSignal';
import { retryAfterSeconds } from './requestPolicy';

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
 * @param options `timeoutSeconds` is for all of it, to the end of the answer
 * @param isExpected whether the parsed JSON is what was asked for
 * @param mask takes the key out of what came
 * @returns the parsed JSON, or why there is none; it never throws
 */
export async function callApi<T>(
	ctx: IExecuteFunctions,
	options: IHttpRequestOptions & { timeoutSeconds: number },
	isExpected: (answer: unknown) => answer is T,
	mask: Mask,
): Promise<Answer<T>> {
	const { timeoutSeconds, abortSignal, ...request } = options;
	const deadline = new Deadline(timeoutSeconds);
	const own = new OwnSignal(abortSignal, deadline.signal);
	const answering = withSignal(ctx, own.signal);
	const response = await attempt(() =>
		ctx.helpers.httpRequestWithAuthentication.call(answering, 'magicHourApi', {
			...PLAIN,
			...pastProxy(request.url),
			...request,
			encoding: 'stream',
			timeout: timeoutSeconds * 1000,
			headers: { accept: 'application/json', ...request.headers },
		}),
	);
	const failed = 'kind' in response;
	const { text, ending, error } = await readAnswer(failed ? undefined : response.body);
	deadline.end();
	if (ending !== 'whole') own.abort();
	own.release();

	const code = deadline.signal.aborted ? 'ETIMEDOUT' : undefined;
	if (failed) {
		const isLate = code !== undefined && response.kind === 'lost';
		return { ok: false, failure: isLate ? { kind: 'lost', code } : response };
	}
	const { statusCode: status } = response;
	if (!isSuccess(status)) return { ok: false, failure: refusal(response, text, mask) };
	const body = mask(text);
	if (ending === 'tooLarge') return { ok: false, failure: { kind: 'tooLarge', status, body } };
	if (ending === 'broken') {
		const failure = { kind: 'lost' as const, code: code ?? connectionFailure(error).code, body };
		return { ok: false, failure };
	}
	const isEmpty = status === 204;
	const parsed = isEmpty ? undefined : mask(parseJson(text));
	return (isEmpty || parsed !== undefined) && isExpected(parsed)
		? { ok: true, status, body: parsed }
		: { ok: false, failure: { kind: 'unreadable', status, body } };
}

/**
 * n8n's authenticated requests listen to the signal that the context has for a stop of the execution, whatever
 * signal they are given. So they get a context that has another one.
 */
const withSignal = (ctx: IExecuteFunctions, signal: AbortSignal): IExecuteFunctions =>
	Object.create(ctx, { getExecutionCancelSignal: { value: () => signal } }) as IExecuteFunctions;

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
	const own = new OwnSignal(abortSignal);
	const response = await attempt(() =>
		ctx.helpers.httpRequest({
			...PLAIN,
			...pastProxy(request.url),
			...request,
			timeout: silenceSeconds * 1000,
			abortSignal: own.signal,
		}),
	);
	if ('kind' in response) {
		own.release();
		return { ok: false, failure: response };
	}
	whenRead(response.body, own.release);
	const abandon = () => {
		// It ends with an error then, for which nobody listens who does not read it.
		(response.body as Partial<NodeJS.EventEmitter> | undefined)?.on?.('error', () => {});
		own.abort();
	};
	if (!isSuccess(response.statusCode)) {
		abandon();
		const failure = refusal(response, '', (value) => value);
		// Whole, for those who may follow it; no error shows it.
		return { ok: false, failure: { ...failure, location: response.headers.location } };
	}
	return { ok: true, status: response.statusCode, body: { ...response, abandon } };
}

/** Calls back when a body was read, or will be read no more. */
function whenRead(body: unknown, done: () => void): void {
	const stream = body as Partial<NodeJS.EventEmitter> | undefined;
	if (stream?.once === undefined) done();
	for (const event of ['end', 'error', 'close']) stream?.once?.(event, done);
}

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

/** Both of the vendor's shapes: `{ message }` and `{ code, message }`. What is not understood says nothing. */
function refusal(
	{ statusCode, headers }: FullResponse,
	text: string,
	mask: Mask,
): Extract<Failure, { kind: 'refused' }> {
	const body = mask(parseJson(text)) as IDataObject | null | undefined;
	return {
		kind: 'refused',
		status: statusCode,
		message: oneLine(body?.message),
		code: oneLine(body?.code) || undefined,
		location: headers.location && mask(originOf(headers.location)),
		retryAfterSeconds: retryAfterSeconds(headers['retry-after']),
	};
}

/** Without path and query: an address in an error must not carry a signature. */
function originOf(address: string): string {
	try {
		return new URL(address).origin;
	} catch {
		return 'another address';
	}
}
