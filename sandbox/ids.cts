import { randomInt } from 'node:crypto';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** An id that looks like the vendor's (a cuid): `cm` and 23 lower-case letters and digits. */
export function newId(): string {
	return `cm${Array.from({ length: 23 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')}`;
}
