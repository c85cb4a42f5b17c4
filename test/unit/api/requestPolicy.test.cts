import { mayHaveCreated, type Failure } from '../../../nodes/magicHour/api/failures.ts';
import fc from 'fast-check';

import {
	PAUSES,
	REQUEST_POLICY,
	mayRepeat,
	retryAfterSeconds,
	secondsBeforeRetry,
	type RequestKind,
} from '../../../nodes/magicHour/api/requestPolicy.ts';

const refused = (status: number, retryAfterSeconds?: number): Failure => ({
	kind: 'refused',
	status,
	message: '',
	retryAfterSeconds,
});

const lost: Failure = { kind: 'lost', code: 'ECONNRESET' };
const notSent: Failure = { kind: 'notSent', code: 'ECONNREFUSED' };
const unreadable: Failure = { kind: 'unreadable', status: 200, body: '' };

const OTHERS = (Object.keys(REQUEST_POLICY) as RequestKind[]).filter(
	(kind) => kind !== 'createLipSync',
);

interface Row {
	failure: Failure;
	/** Whether the request is sent again. */
	creation: boolean;
	others: boolean;
	jobMayExist: boolean;
}

describe('when a failed request is sent again', () => {
	const again = true;
	const no = false;
	const yes = true;

	it.each`
		what                                 | failure         | creation | others   | jobMayExist
		${'the connection was never opened'} | ${notSent}      | ${again} | ${again} | ${no}
		${'the connection broke on the way'} | ${lost}         | ${no}    | ${again} | ${yes}
		${'the answer cannot be read'}       | ${unreadable}   | ${no}    | ${again} | ${yes}
		${'302 Found'}                       | ${refused(302)} | ${no}    | ${no}    | ${no}
		${'400 Bad Request'}                 | ${refused(400)} | ${no}    | ${no}    | ${no}
		${'401 Unauthorized'}                | ${refused(401)} | ${no}    | ${no}    | ${no}
		${'402 Payment Required'}            | ${refused(402)} | ${no}    | ${no}    | ${no}
		${'403 Forbidden'}                   | ${refused(403)} | ${no}    | ${no}    | ${no}
		${'404 Not Found'}                   | ${refused(404)} | ${no}    | ${no}    | ${no}
		${'408 Request Timeout'}             | ${refused(408)} | ${no}    | ${again} | ${yes}
		${'409 Conflict'}                    | ${refused(409)} | ${no}    | ${no}    | ${no}
		${'413 Content Too Large'}           | ${refused(413)} | ${no}    | ${no}    | ${no}
		${'422 Unprocessable Content'}       | ${refused(422)} | ${no}    | ${no}    | ${no}
		${'429 Too Many Requests'}           | ${refused(429)} | ${again} | ${again} | ${no}
		${'500 Internal Server Error'}       | ${refused(500)} | ${no}    | ${again} | ${yes}
		${'501 Not Implemented'}             | ${refused(501)} | ${no}    | ${no}    | ${yes}
		${'502 Bad Gateway'}                 | ${refused(502)} | ${again} | ${again} | ${no}
		${'503 Service Unavailable'}         | ${refused(503)} | ${again} | ${again} | ${no}
		${'504 Gateway Timeout'}             | ${refused(504)} | ${no}    | ${again} | ${yes}
		${'520 of a proxy'}                  | ${refused(520)} | ${no}    | ${no}    | ${yes}
	`('$what', ({ failure, creation, others, jobMayExist }: Row) => {
		expect({
			creation: mayRepeat('createLipSync', failure),
			others: OTHERS.map((kind) => mayRepeat(kind, failure)),
			jobMayExist: mayHaveCreated(failure),
		}).toEqual({ creation, others: OTHERS.map(() => others), jobMayExist });
	});

	it('a creation is never sent again where a job may exist', () => {
		const failures: Failure[] = [notSent, lost, unreadable];
		for (let status = 300; status < 600; status++) failures.push(refused(status));
		const twice = failures.filter(
			(failure) => mayRepeat('createLipSync', failure) && mayHaveCreated(failure),
		);
		expect(twice).toEqual([]);
	});

	it('not when the server asks for a longer pause than anybody waits', () => {
		const { longestRetryAfter } = PAUSES;
		for (const kind of Object.keys(REQUEST_POLICY) as RequestKind[]) {
			expect(mayRepeat(kind, refused(429, longestRetryAfter))).toBe(true);
			expect(mayRepeat(kind, refused(429, longestRetryAfter + 1))).toBe(false);
		}
	});

	it('every request is tried more than once and not for ever, and waits for an answer', () => {
		for (const { tries, timeoutSeconds } of Object.values(REQUEST_POLICY)) {
			expect(tries).toBeGreaterThan(1);
			expect(tries).toBeLessThanOrEqual(5);
			expect(timeoutSeconds).toBeGreaterThanOrEqual(60);
		}
	});
});

describe('the pause before a request is sent again', () => {
	it('doubles with each try, is never over the longest, and half of it is random', () => {
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 60 }), (failedTries) => {
				const whole = Math.min(PAUSES.longest, PAUSES.first * 2 ** (failedTries - 1));
				const pause = secondsBeforeRetry(failedTries, notSent);
				return pause >= whole / 2 && pause <= whole;
			}),
		);
	});

	it('is not the same for two workflows that failed together', () => {
		const pauses = Array.from({ length: 20 }, () => secondsBeforeRetry(3, lost));
		expect(new Set(pauses).size).toBeGreaterThan(1);
	});

	it('is what the server asks for, where it asks', () => {
		expect(secondsBeforeRetry(1, refused(429, 17))).toBe(17);
		expect(secondsBeforeRetry(5, refused(503, 0))).toBe(0);
	});
});

describe('the header Retry-After', () => {
	const NOW = Date.parse('2026-03-01T12:00:00.000Z');
	const TABLE: Array<[header: unknown, seconds: number | undefined]> = [
		['0', 0],
		['120', 120],
		[' 7 ', 7],
		['1.5', 1.5],
		['Sun, 01 Mar 2026 12:00:30 GMT', 30],
		['Sunday, 01-Mar-26 12:01:00 GMT', 60],
		['Sun, 01 Mar 2026 11:59:00 GMT', 0],
		['', undefined],
		['soon', undefined],
		['-5', undefined],
		['5 seconds', undefined],
		['Monday', undefined],
		['1e3', undefined],
		[undefined, undefined],
		[null, undefined],
		[['1', '2'], undefined],
	];
	it.each(TABLE)('%j means %p seconds', (header, seconds) => {
		expect(retryAfterSeconds(header, NOW)).toBe(seconds);
	});

	it('is a number of at least 0, or nothing, whatever the server sends', () => {
		fc.assert(
			fc.property(fc.anything(), (header) => {
				const seconds = retryAfterSeconds(header, NOW);
				return seconds === undefined || seconds >= 0;
			}),
		);
	});
});
