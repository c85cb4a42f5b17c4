/**
 * When a failed request is sent again, and after what pause: the whole rule, in one place.
 *
 * The request that is paid for, `createLipSync`, is repeated only when it is certain that it made no job.
 * Everything else either reads or can be repeated without harm.
 */

export type RequestKind =
	| 'createLipSync'
	| 'uploadUrls'
	| 'upload'
	| 'getProject'
	| 'deleteProject'
	| 'getAccount'
	| 'download';

/** Why one try of a request did not bring what it was sent for. */
export type Failure =
	/** The connection was refused or never opened: the server has seen nothing. */
	| { kind: 'notSent'; code: string }
	/** The request was on its way when the connection broke or fell silent: it may have taken effect. */
	| { kind: 'lost'; code: string }
	/** The server says it succeeded, but the answer cannot be read. */
	| { kind: 'unreadable'; status: number; body: string }
	/** The server answered with a status that is no success. */
	| {
			kind: 'refused';
			status: number;
			message: string;
			code?: string;
			location?: string;
			retryAfterSeconds?: number;
	  };

/** Seconds without any traffic after which a request is given up, and how often it is tried in all. */
export const REQUEST_POLICY: Record<RequestKind, { silenceSeconds: number; tries: number }> = {
	// A long patience, because a creation that is given up leaves the doubt whether the job exists.
	createLipSync: { silenceSeconds: 120, tries: 5 },
	uploadUrls: { silenceSeconds: 60, tries: 5 },
	upload: { silenceSeconds: 120, tries: 4 },
	getProject: { silenceSeconds: 60, tries: 5 },
	deleteProject: { silenceSeconds: 60, tries: 5 },
	getAccount: { silenceSeconds: 60, tries: 5 },
	download: { silenceSeconds: 120, tries: 4 },
};

/** Seconds. The pause doubles with each try; a random part keeps many workflows from knocking in step. */
export const PAUSES = { first: 1, longest: 30, longestRetryAfter: 300 };

/** Statuses of a refused creation after which, as the vendor says, no job exists: it gave no id. */
const NO_JOB_YET = [429, 502, 503];

const PASSING_STATUSES = [408, 425, 429, 500, 502, 503, 504];

/** Whether a request that failed like this may be sent again. */
export function mayRepeat(request: RequestKind, failure: Failure): boolean {
	if (failure.kind === 'refused' && (failure.retryAfterSeconds ?? 0) > PAUSES.longestRetryAfter) {
		return false;
	}
	if (request === 'createLipSync') {
		return (
			failure.kind === 'notSent' ||
			(failure.kind === 'refused' && NO_JOB_YET.includes(failure.status))
		);
	}
	return failure.kind !== 'refused' || PASSING_STATUSES.includes(failure.status);
}

/** Whether a creation that failed like this may have made a job all the same. */
export function mayHaveCreated(failure: Failure): boolean {
	if (failure.kind === 'notSent') return false;
	if (failure.kind === 'refused') {
		return failure.status >= 500 && !NO_JOB_YET.includes(failure.status);
	}
	return true;
}

/**
 * Seconds to wait before the next try.
 * @param failedTries how many tries have failed so far, from 1
 */
export function secondsBeforeRetry(failedTries: number, failure: Failure): number {
	if (failure.kind === 'refused' && failure.retryAfterSeconds !== undefined) {
		return failure.retryAfterSeconds;
	}
	const longest = Math.min(PAUSES.longest, PAUSES.first * 2 ** (failedTries - 1));
	return longest * (0.5 + Math.random() / 2);
}

/**
 * Reads a `Retry-After` header: seconds, or an HTTP date (RFC 9110, 10.2.3).
 * @returns seconds from `now` (milliseconds since the epoch), or undefined where the header says neither
 */
export function retryAfterSeconds(header: unknown, now = Date.now()): number | undefined {
	if (typeof header !== 'string') return undefined;
	if (/^\s*\d+(\.\d+)?\s*$/.test(header)) return Number(header);
	// Date.parse makes a date of almost anything with a digit in it.
	if (!/^\s*(mon|tue|wed|thu|fri|sat|sun)/i.test(header)) return undefined;
	const date = Date.parse(header);
	return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000);
}
