import type { Window } from './window';

/** Tags that may stand one after the other. */
const MOST_TAGS = 8;

/** @returns where the file begins after its ID3v2 tags (id3.org, “ID3v2 header”), which may hold a large cover */
export async function skipId3(file: Window): Promise<number> {
	let start = 0;
	for (let tags = 0; tags < MOST_TAGS; tags++) {
		const head = await file.upTo(start, 10);
		if (head.length < 10 || head.toString('latin1', 0, 3) !== 'ID3') return start;
		const hasFooter = (head[5]! & 0x10) !== 0;
		const size = head.subarray(6).reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0);
		start += 10 + size + (hasFooter ? 10 : 0);
	}
	return start;
}
