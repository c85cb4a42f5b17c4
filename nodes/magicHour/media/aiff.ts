import { Unreadable } from './byteSource';
import { media, type Media } from './media';
import type { Window } from './window';

const MOST_CHUNKS = 1000;

/** AIFF and AIFF-C: chunks, of which `COMM` has the number of samples and their rate (Apple, “AIFF-C 1991”). */
export async function readAiff(file: Window, start: number): Promise<Media> {
	let at = start + 12;
	for (let chunks = 0; chunks < MOST_CHUNKS; chunks++) {
		const head = await file.exactly(at, 8);
		const size = head.readUInt32BE(4);
		if (head.toString('latin1', 0, 4) === 'COMM') {
			const comm = await file.exactly(at + 8, 18);
			return media(comm.readUInt32BE(2) / extended(comm.subarray(8)));
		}
		at += 8 + size + (size % 2);
	}
	throw new Unreadable('it has no COMM chunk');
}

/** A number of 80 bits: sign and exponent, then 64 bits with the leading one written out. */
function extended(bytes: Buffer): number {
	const exponent = bytes.readUInt16BE(0) & 0x7fff;
	return Number(bytes.readBigUInt64BE(2)) * 2 ** (exponent - 16383 - 63);
}
