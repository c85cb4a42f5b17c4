import { LONGEST_READ, Unreadable } from './byteSource';
import type { Window } from './window';

/** Samples of a block, by its code (RFC 9639, 9.1.1); 6 and 7 are written out at the end of the header. */
const BLOCK_SIZES = [
	0, 192, 576, 1152, 2304, 4608, 0, 0, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768,
];

/**
 * The sample at which the last frame ends, found in the last bytes of the file.
 * @param usualBlockSize samples of each frame but the last, where all are equally long
 * @throws Unreadable when no frame is there
 */
export async function lastFlacSample(
	file: Window,
	start: number,
	usualBlockSize: number,
): Promise<number> {
	if (file.size === undefined)
		throw new Unreadable('it states no length, and where the file ends is not known');
	const from = Math.max(start, file.size - LONGEST_READ);
	const tail = await file.upTo(from, LONGEST_READ);
	for (let at = tail.length - 6; at >= 0; at--) {
		if (tail[at] !== 0xff || (tail[at + 1]! & 0xfe) !== 0xf8) continue;
		const end = frameEnd(tail.subarray(at, at + 16), usualBlockSize);
		if (end !== undefined) return end;
	}
	throw new Unreadable('no FLAC frame was found at its end');
}

/** @returns undefined where this only looks like the header of a frame */
function frameEnd(head: Buffer, usualBlockSize: number): number | undefined {
	const hasSampleNumber = (head[1]! & 1) === 1;
	const number = codedNumber(head.subarray(4));
	if (number === undefined) return undefined;
	const code = head[2]! >> 4;
	let at = 4 + number.bytes;
	let size = BLOCK_SIZES[code]!;
	if (code === 6) size = (head[at++] ?? 0) + 1;
	if (code === 7) {
		size = ((head[at] ?? 0) << 8) + (head[at + 1] ?? 0) + 1;
		at += 2;
	}
	const rateCode = head[2]! & 0x0f;
	if (rateCode === 12) at += 1;
	if (rateCode === 13 || rateCode === 14) at += 2;
	if (size === 0 || at >= head.length || crc8(head.subarray(0, at)) !== head[at]) return undefined;
	return (hasSampleNumber ? number.value : number.value * usualBlockSize) + size;
}

/** A number written like a character of UTF-8, with up to 36 bits. */
function codedNumber(bytes: Buffer): { value: number; bytes: number } | undefined {
	const first = bytes[0] ?? 0xff;
	if (first < 0x80) return { value: first, bytes: 1 };
	const length = Math.clz32(~(first << 24));
	if (length < 2 || length > 7 || bytes.length < length) return undefined;
	let value = first & (0x7f >> length);
	for (const byte of bytes.subarray(1, length)) {
		if ((byte & 0xc0) !== 0x80) return undefined;
		value = value * 64 + (byte & 0x3f);
	}
	return { value, bytes: length };
}

function crc8(bytes: Buffer): number {
	let crc = 0;
	for (const byte of bytes) {
		crc ^= byte;
		for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x80 ? 0x07 : 0)) & 0xff;
	}
	return crc;
}
