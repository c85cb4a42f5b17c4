/** Why one try of a request did not bring what it was sent for. */
export type Failure =
	/** The connection was refused or never opened: the server has seen nothing. */
	| { kind: 'notSent'; code: string }
	/**
	 * The request was on its way when the connection broke, or time was up: it may have taken effect. `body` is what
	 * had come of the answer.
	 */
	| { kind: 'lost'; code: string; body?: string }
	/** The answer is larger than any that makes sense; `body` is its beginning. */
	| { kind: 'tooLarge'; status: number; body: string }
	/** The server says it succeeded, but the answer cannot be read. */
	| { kind: 'unreadable'; status: number; body: string }
	/** The server answered with a status that means failure. */
	| {
			kind: 'refused';
			status: number;
			message: string;
			code?: string;
			/** Origin of where a redirect leads. */
			location?: string;
			retryAfterSeconds?: number;
	  };

/** Statuses of a refused creation after which, as the vendor says, no job exists: it gave no id. */
export const NO_JOB_YET = [429, 502, 503];

/** Statuses with which a proxy gives up on a request that it has passed on: the answer may only be late. */
const GIVEN_UP = [408, 499];

/** Whether it was refused because there were too many requests. */
export const isRateLimit = (failure: Failure): boolean =>
	failure.kind === 'refused' && failure.status === 429;

/** Whether the service is down, as far as this request can tell: it has not taken effect. */
export const isOutage = (failure: Failure): boolean =>
	failure.kind === 'notSent' || (failure.kind === 'refused' && [502, 503].includes(failure.status));

/** Redirects of a request that was not worked on. */
const SENT_ELSEWHERE = [301, 302, 307, 308];

/** Whether a creation that failed like this may have made a job all the same. */
export function mayHaveCreated(failure: Failure): boolean {
	if (failure.kind === 'notSent') return false;
	if (failure.kind === 'refused') {
		const { status } = failure;
		if (status < 400) return !SENT_ELSEWHERE.includes(status);
		return GIVEN_UP.includes(status) || (status >= 500 && !NO_JOB_YET.includes(status));
	}
	return true;
}

/** Error codes of Node.js after which nothing has been sent. */
const NEVER_OPENED = new Set([
	'ECONNREFUSED',
	'ENOTFOUND',
	'EAI_AGAIN',
	'ERR_INVALID_URL',
	'ERR_INVALID_CHAR',
]);

/** What certificates are refused with, before the request is sent. */
const CERTIFICATE_REFUSED = /^(CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERR_TLS_)/;

/** Two sides that agree on no encryption: nothing but the greeting was sent. */
const NO_COMMON_ENCRYPTION =
	/wrong version number|unknown protocol|unsupported protocol|handshake failure|packet length too long/;

/** What Node.js was doing when it failed, before a request can be sent. */
const BEFORE_SENDING = ['connect', 'getaddrinfo'];

interface ConnectionError {
	code?: unknown;
	syscall?: unknown;
	message?: unknown;
	cause?: unknown;
	/** One for each address of a host, where none of them could be connected. */
	errors?: unknown;
}

/**
 * Whether the server can have seen the request. n8n wraps the request library's error, so the whole chain
 * of causes is read; what is not understood counts as seen, because that never pays twice. A code such as
 * `ENETDOWN` alone says nothing: a network can go away while the answer is read.
 */
export function connectionFailure(error: unknown): { kind: 'notSent' | 'lost'; code: string } {
	let code = 'UNKNOWN';
	for (let link = error as ConnectionError | undefined, depth = 0; link && depth < 6; depth++) {
		if (typeof link.code === 'string') {
			if (isBeforeSending(link, link.code)) return { kind: 'notSent', code: link.code };
			code = link.code;
		}
		link = link.cause as ConnectionError | undefined;
	}
	return { kind: 'lost', code };
}

function isBeforeSending({ syscall, message, errors }: ConnectionError, code: string): boolean {
	if (NEVER_OPENED.has(code) || CERTIFICATE_REFUSED.test(code)) return true;
	if (code === 'EPROTO') return NO_COMMON_ENCRYPTION.test(String(message));
	const parts: unknown[] = Array.isArray(errors) && errors.length > 0 ? errors : [{ syscall }];
	return parts.every((part) =>
		BEFORE_SENDING.includes(String((part as ConnectionError | null)?.syscall)),
	);
}
