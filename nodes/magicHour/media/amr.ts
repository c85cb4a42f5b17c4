import { Unreadable } from './byteSource';
import { media, type Media } from './media';
import type { Window } from './window';

/** Bytes of a frame after its first one, by the type that this one has (RFC 4867, 3GPP TS 26.101 and 26.201). */
const NARROW = [12, 13, 15, 17, 19, 20, 26, 31, 5, 6, 5, 5, undefined, undefined, undefined, 0];
const WIDE = [17, 23, 32, 36, 40, 46, 50, 58, 60, 5, ...Array<undefined>(4).fill(undefined), 0, 0];

const SECONDS_PER_FRAME = 0.02;

/** AMR and AMR-WB: a frame for each 20 ms, of which all have to be counted. */
export async function readAmr(file: Window, start: number): Promise<Media> {
	const head = (await file.upTo(start, 9)).toString('latin1');
	const isWide = head === '#!AMR-WB\n';
	if (!isWide && !head.startsWith('#!AMR\n'))
		throw new Unreadable('it is an AMR file of an unknown kind');
	const sizes = isWide ? WIDE : NARROW;
	let at = start + (isWide ? 9 : 6);
	if (!file.canReadToEnd(at)) {
		throw new Unreadable(
			'an AMR file states no length, and this one is too large to be read to its end',
		);
	}
	let frames = 0;
	for (;;) {
		const [first] = await file.upTo(at, 1);
		if (first === undefined) return media(frames * SECONDS_PER_FRAME);
		const size = sizes[(first >> 3) & 0x0f];
		if (size === undefined) throw new Unreadable('it has a frame of an unknown kind');
		frames++;
		at += 1 + size;
	}
}
