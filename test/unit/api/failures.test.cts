import { connectionFailure, mayHaveCreated } from '../../../nodes/magicHour/api/failures.ts';

const failure = (code?: string, more: object = {}) =>
	Object.assign(new Error(code ?? 'Something'), code !== undefined && { code }, more);

/** n8n wraps what the request library throws, which wraps what Node.js throws. */
const wrapped = (error: Error, depth: number): Error =>
	depth === 0 ? error : wrapped(new Error('Wrapped', { cause: error }), depth - 1);

/** A network that is not there; or that went away, after the request was sent. */
const GONE = ['EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN', 'EHOSTDOWN', 'EADDRNOTAVAIL'];

describe('whether the server can have seen a request that failed', () => {
	describe.each([0, 1, 3])('with the error inside %i others', (depth) => {
		const NOT_SENT: Array<[what: string, error: Error, code: string]> = [
			['nobody listens', failure('ECONNREFUSED', { syscall: 'connect' }), 'ECONNREFUSED'],
			['the name is unknown', failure('ENOTFOUND', { syscall: 'getaddrinfo' }), 'ENOTFOUND'],
			['there is no name service', failure('EAI_AGAIN'), 'EAI_AGAIN'],
			...GONE.map((code): [string, Error, string] => [
				`connecting ends with ${code}`,
				failure(code, { syscall: 'connect' }),
				code,
			]),
			[
				'none of its addresses can be connected',
				failure('ENETUNREACH', {
					errors: [
						failure('ENETUNREACH', { syscall: 'connect' }),
						failure('ETIMEDOUT', { syscall: 'connect' }),
					],
				}),
				'ENETUNREACH',
			],
			[
				'it speaks http, not https',
				failure('EPROTO', { message: 'write EPROTO 0:SSL routines::wrong version number' }),
				'EPROTO',
			],
			['connecting took too long', failure('ETIMEDOUT', { syscall: 'connect' }), 'ETIMEDOUT'],
			['the certificate has expired', failure('CERT_HAS_EXPIRED'), 'CERT_HAS_EXPIRED'],
			[
				'the certificate is for another name',
				failure('ERR_TLS_CERT_ALTNAME_INVALID'),
				'ERR_TLS_CERT_ALTNAME_INVALID',
			],
			[
				'nobody vouches for the certificate',
				failure('DEPTH_ZERO_SELF_SIGNED_CERT'),
				'DEPTH_ZERO_SELF_SIGNED_CERT',
			],
			['the address is none', failure('ERR_INVALID_URL'), 'ERR_INVALID_URL'],
		];
		it.each(NOT_SENT)('no: %s', (_, error, code) => {
			expect(connectionFailure(wrapped(error, depth))).toEqual({ kind: 'notSent', code });
		});

		const LOST: Array<[what: string, error: Error, code: string]> = [
			['the connection was reset', failure('ECONNRESET', { syscall: 'read' }), 'ECONNRESET'],
			['the request library gave up', failure('ECONNABORTED'), 'ECONNABORTED'],
			['the answer took too long', failure('ETIMEDOUT'), 'ETIMEDOUT'],
			...GONE.flatMap(
				(code): Array<[string, Error, string]> => [
					[`reading the answer ends with ${code}`, failure(code, { syscall: 'read' }), code],
					[`writing ends with ${code}`, failure(code, { syscall: 'write' }), code],
					[`nobody says when ${code} happened`, failure(code), code],
				],
			),
			[
				'the encryption broke while the answer was read',
				failure('EPROTO', { message: 'read EPROTO 0:SSL routines::bad record mac' }),
				'EPROTO',
			],
			['the pipe broke', failure('EPIPE', { syscall: 'write' }), 'EPIPE'],
			['it was aborted', failure('ERR_CANCELED'), 'ERR_CANCELED'],
			['nobody knows', failure(), 'UNKNOWN'],
		];
		it.each(LOST)('yes: %s', (_, error, code) => {
			expect(connectionFailure(wrapped(error, depth))).toEqual({ kind: 'lost', code });
		});
	});

	it('no, where an outer error has a code of its own and the inner one is about connecting', () => {
		const error = failure('ERR_BAD_REQUEST', { cause: failure('ECONNREFUSED') });
		expect(connectionFailure(error)).toEqual({ kind: 'notSent', code: 'ECONNREFUSED' });
	});

	it('yes, for an error that is its own cause', () => {
		const error = failure('ECONNRESET');
		error.cause = error;
		expect(connectionFailure(error)).toEqual({ kind: 'lost', code: 'ECONNRESET' });
	});

	it.each([undefined, null, 'a text', 7, {}, { code: 500 }])(
		'yes, for %p: what is not understood never makes anybody pay twice',
		(thrown) => {
			expect(connectionFailure(thrown)).toEqual({ kind: 'lost', code: 'UNKNOWN' });
		},
	);
});

describe('whether a creation that was answered with a status may have made a job', () => {
	it.each([400, 401, 402, 403, 404, 409, 413, 422, 425, 429, 502, 503, 302, 307])(
		'no: %i',
		(status) => {
			expect(mayHaveCreated({ kind: 'refused', status, message: '' })).toBe(false);
		},
	);

	// A proxy that has passed the request on gives up waiting for the answer.
	// An answer of 303 to a POST says that it was done.
	it.each([300, 303, 304, 305, 408, 499, 500, 504, 520, 524])('yes: %i', (status) => {
		expect(mayHaveCreated({ kind: 'refused', status, message: '' })).toBe(true);
	});
});
