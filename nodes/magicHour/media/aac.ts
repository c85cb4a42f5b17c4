import { Unreadable } from './byteSource';
import { media, type Media } from './media';
import type { Window } from './window';

/** Samples per second, by the index in the header (ISO/IEC 13818-7, 6.2). */
const RATES = [
	96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350,
];

const SAMPLES_PER_BLOCK = 1024;
const HEADER_BYTES = 7;

/** AAC in ADTS frames. There is no index: their headers have to be read one after the other. */
export async function readAac(file: Window, start: number): Promise<Media> {
	if (!file.canReadToEnd(start)) {
		throw new Unreadable(
			'an AAC file states no length, and this one is too large to be read to its end',
		);
	}
	let seconds = 0;
	let at = start;
	for (;;) {
		const head = await file.upTo(at, HEADER_BYTES);
		const frame = head.length === HEADER_BYTES ? frameOf(head) : undefined;
		if (frame === undefined) break;
		seconds += frame.seconds;
		at += frame.bytes;
	}
	const rest = await file.upTo(at, 3);
	const isTag = ['TAG', 'APE'].includes(rest.toString('latin1'));
	if (rest.length === 3 && !isTag) throw new Unreadable("it has something that isn't an AAC frame");
	return media(seconds);
}

function frameOf(head: Buffer): { seconds: number; bytes: number } | undefined {
	if (head[0] !== 0xff || (head[1]! & 0xf6) !== 0xf0) return undefined;
	const rate = RATES[(head[2]! >> 2) & 0x0f];
	const bytes = ((head[3]! & 0x03) << 11) | (head[4]! << 3) | (head[5]! >> 5);
	if (rate === undefined || bytes < HEADER_BYTES) return undefined;
	const blocks = (head[6]! & 0x03) + 1;
	return { seconds: (blocks * SAMPLES_PER_BLOCK) / rate, bytes };
}
