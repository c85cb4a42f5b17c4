import { Unreadable } from './byteSource';
import { lastFlacSample } from './flacFrames';
import { media, type Media } from './media';
import type { Window } from './window';

/** FLAC: the first block, STREAMINFO, has the number of samples and their rate (RFC 9639, 8.2). */
export async function readFlac(file: Window, start: number): Promise<Media> {
	const head = await file.exactly(start + 4, 38);
	if ((head[0]! & 0x7f) !== 0) throw new Unreadable('it does not begin with STREAMINFO');
	return media(await flacSeconds(file, start, head.subarray(4)));
}

async function flacSeconds(file: Window, start: number, streamInfo: Buffer): Promise<number> {
	const { rate, samples } = flacStream(streamInfo);
	if (samples > 0) return samples / rate;
	// A program that cannot go back in what it writes leaves the number out; each frame says where it stands.
	const blockSize = streamInfo.readUInt16BE(2);
	return (await lastFlacSample(file, start, blockSize)) / rate;
}

/** @param streamInfo the block without its header */
export function flacStream(streamInfo: Buffer): { rate: number; samples: number } {
	return {
		rate: streamInfo.readUIntBE(10, 3) >> 4,
		samples: (streamInfo[13]! & 0x0f) * 2 ** 32 + streamInfo.readUInt32BE(14),
	};
}
