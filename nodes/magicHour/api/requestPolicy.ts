import { NO_JOB_YET, type Failure } from './failures';

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
	| 'download'
	/** Parts of a file at an address of the user's, to know its length. */
	| 'readMedia';

/**
 * After how many seconds a try is given up, and how often a request is tried in all. A request to the API has these
 * seconds for the whole of it. A file may take as long as it needs: for it they are the time without any traffic.
 */
export const REQUEST_POLICY: Record<RequestKind, { timeoutSeconds: number; tries: number }> = {
	// A long patience, because a creation that is given up leaves the doubt whether the job exists.
	createLipSync: { timeoutSeconds: 120, tries: 5 },
	uploadUrls: { timeoutSeconds: 60, tries: 5 },
	upload: { timeoutSeconds: 120, tries: 4 },
	getProject: { timeoutSeconds: 60, tries: 5 },
	deleteProject: { timeoutSeconds: 60, tries: 5 },
	getAccount: { timeoutSeconds: 60, tries: 5 },
	download: { timeoutSeconds: 120, tries: 4 },
	readMedia: { timeoutSeconds: 60, tries: 3 },
};

/** Seconds. The pause doubles with each try; a random part keeps many workflows from knocking in step. */
export const PAUSES = { first: 1, longest: 30, longestRetryAfter: 300 };

/**
 * Seconds for which all requests pause after one was refused for the rate. Pauses double until one gets through. With 1.5
 * seconds at first, a window of 20 seconds is found open again at the fourth try, and with one second at the fifth.
 */
export const LIMIT_PAUSES = { first: 1.5, longest: 60, longestRetryAfter: 900 };

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
	if (failure.kind === 'tooLarge') return false;
	return failure.kind !== 'refused' || PASSING_STATUSES.includes(failure.status);
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
