import { Unreadable } from './byteSource';
import { flacStream } from './flac';

/** One page of an Ogg file (RFC 3533, 6). */
export interface OggPage {
	isFirstOfStream: boolean;
	serial: number;
	/** Samples up to its end; undefined where no packet ends on it. */
	granule?: number;
	/** Of the page, and of its header alone. */
	bytes: number;
	headerBytes: number;
}

/** Bytes that are enough for the header of any page. */
export const LONGEST_HEADER = 27 + 255;

/** @returns undefined where no page begins here */
export function oggPage(head: Buffer): OggPage | undefined {
	if (head.length < 27 || head.toString('latin1', 0, 4) !== 'OggS' || head[4] !== 0)
		return undefined;
	const headerBytes = 27 + head[26]!;
	const segments = head.subarray(27, headerBytes);
	const granule = head.readBigInt64LE(6);
	return {
		isFirstOfStream: (head[5]! & 0x02) !== 0,
		serial: head.readUInt32LE(14),
		granule: granule < 0n ? undefined : Number(granule),
		bytes: segments.reduce((sum, size) => sum + size, headerBytes),
		headerBytes,
	};
}

/** How the samples of a stream become seconds. */
export interface OggAudio {
	/** Samples per second. */
	rate: number;
	/** Samples at the beginning that are not heard. */
	skipped: number;
}

/** Bytes that are enough for what {@link oggAudio} reads. */
export const LONGEST_FIRST_PACKET = 51;

/**
 * @param packet the first one of a stream
 * @returns undefined where it isn't a known kind of sound
 */
export function oggAudio(packet: Buffer): OggAudio | undefined {
	const name = packet.toString('latin1', 0, 8);
	// Opus counts in 48 kHz whatever it was made of (RFC 7845, 4).
	if (name === 'OpusHead' && packet.length >= 12) {
		return { rate: 48000, skipped: packet.readUInt16LE(10) };
	}
	if (name.startsWith('\x01vorbis') && packet.length >= 16) {
		return audioAt(packet.readUInt32LE(12));
	}
	if (name === 'Speex   ' && packet.length >= 40) return audioAt(packet.readUInt32LE(36));
	if (name.startsWith('\x7fFLAC') && packet.length >= 35) {
		return audioAt(flacStream(packet.subarray(17)).rate);
	}
	return undefined;
}

function audioAt(rate: number): OggAudio {
	if (rate === 0) throw new Unreadable('the sample rate it states cannot be true');
	return { rate, skipped: 0 };
}
