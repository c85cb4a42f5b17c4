import { createHmac, randomBytes } from 'node:crypto';

import { Refusal } from './answer.cts';

/** Addresses that let whoever has them do one thing for a while, as those of the vendor's storage. */
export class AddressSigner {
	private readonly origin: string;
	private secret = randomBytes(32);

	constructor(origin: string) {
		this.origin = origin;
	}

	sign(method: 'GET' | 'PUT', path: string, validitySeconds: number) {
		const expires = Date.now() + validitySeconds * 1000;
		const token = this.token(method, path, String(expires));
		return {
			url: `${this.origin}${path}?expires=${expires}&token=${token}`,
			expires_at: new Date(expires).toISOString(),
		};
	}

	/** @throws Refusal 403 when the address was not made here, for this method, or is no longer valid */
	verify(method: 'GET' | 'PUT', path: string, query: URLSearchParams): void {
		const expires = query.get('expires') ?? '';
		if (query.get('token') !== this.token(method, path, expires)) {
			throw new Refusal(403, 'The signature of this address does not match');
		}
		if (Number(expires) <= Date.now()) throw new Refusal(403, 'This address has expired');
	}

	/** Makes all addresses given out so far invalid. */
	revokeAll(): void {
		this.secret = randomBytes(32);
	}

	private token(method: string, path: string, expires: string): string {
		return createHmac('sha256', this.secret).update(`${method} ${path} ${expires}`).digest('hex');
	}
}
