import { LONGEST_READ, Unreadable } from './byteSource';
import { media, type Media } from './media';
import { mp3Frame, type Mp3Frame } from './mp3Frame';
import type { Window } from './window';

/** MP3: an index in the first frame, where an encoder has left one, or else the frames themselves. */
export async function readMp3(file: Window, start: number): Promise<Media> {
	const first = await firstFrame(file, start);
	const index = await indexOf(file, first);
	if (index !== undefined && isOfThisFile(index, first.at, file.size)) {
		return media((index.frames * first.frame.samples) / first.frame.rate);
	}
	const begin = index === undefined ? first.at : first.at + first.frame.bytes;
	if (file.canReadToEnd(begin)) return media(await countedSeconds(file, begin));
	return media(await secondsAtConstantRate(file, first));
}

interface FrameAt {
	at: number;
	frame: Mp3Frame;
}

/** @throws Unreadable when there is none */
async function firstFrame(file: Window, start: number, searched = LONGEST_READ): Promise<FrameAt> {
	const found = await findFrame(file, start, searched);
	if (found === undefined) {
		throw new Unreadable('its content is of no kind that this node can read');
	}
	return found;
}

/** Something else may stand before a frame; two of them in a row are hardly a coincidence. */
async function findFrame(
	file: Window,
	start: number,
	searched: number,
): Promise<FrameAt | undefined> {
	const bytes = await file.upTo(start, searched);
	for (let at = 0; at + 4 <= bytes.length; at++) {
		const frame = mp3Frame(bytes.subarray(at, at + 4));
		if (frame === undefined) continue;
		const isLast = file.size !== undefined && start + at + frame.bytes === file.size;
		const next = mp3Frame(bytes.subarray(at + frame.bytes, at + frame.bytes + 4));
		if (isLast || (next !== undefined && next.rate === frame.rate))
			return { at: start + at, frame };
	}
	return undefined;
}

interface Index {
	frames: number;
	/** Of all of it; unset where the encoder left that out. */
	bytes?: number;
}

async function indexOf(file: Window, { at, frame }: FrameAt): Promise<Index | undefined> {
	const xing = await file.upTo(at + frame.sideInfoEnd, 16);
	if (xing.length === 16 && ['Xing', 'Info'].includes(xing.toString('latin1', 0, 4))) {
		const flags = xing.readUInt32BE(4);
		const hasFrames = (flags & 1) !== 0;
		const hasBytes = hasFrames && (flags & 2) !== 0;
		return {
			frames: hasFrames ? xing.readUInt32BE(8) : 0,
			bytes: hasBytes ? xing.readUInt32BE(12) : undefined,
		};
	}
	const vbri = await file.upTo(at + 36, 18);
	if (vbri.length === 18 && vbri.toString('latin1', 0, 4) === 'VBRI') {
		return { frames: vbri.readUInt32BE(14), bytes: vbri.readUInt32BE(10) };
	}
	return undefined;
}

/** Bytes. Tags at the end are not part of what an index counts. */
const LONGEST_TAG = 64 * 1024;

/** Speech services put files together out of several; then the index is that of the first part alone. */
function isOfThisFile({ frames, bytes }: Index, start: number, size: number | undefined): boolean {
	if (frames === 0) return false;
	if (bytes === undefined || size === undefined) return true;
	const difference = size - start - bytes;
	return difference > -LONGEST_TAG / 16 && difference < Math.max(LONGEST_TAG / 16, bytes / 20);
}

async function countedSeconds(file: Window, start: number): Promise<number> {
	let seconds = 0;
	let at = start;
	for (;;) {
		const head = await file.upTo(at, 4);
		if (head.length < 4) return seconds;
		const frame = mp3Frame(head);
		if (frame !== undefined) {
			seconds += frame.samples / frame.rate;
			at += frame.bytes;
			continue;
		}
		// A tag, or the seam of two files.
		const next = await findFrame(file, at + 1, LONGEST_TAG);
		if (next === undefined) return seconds;
		at = next.at;
	}
}

/** Where in a file it is looked whether its bit rate is still the same. */
const SAMPLED = [0.2, 0.5, 0.8];
const FRAMES_SAMPLED = 20;

/** @throws Unreadable when the bit rate varies */
async function secondsAtConstantRate(file: Window, first: FrameAt): Promise<number> {
	const { size } = file;
	if (size === undefined) throw new Unreadable('it has no index, and where it ends is not known');
	const length = size - first.at;
	const places = [first.at, ...SAMPLED.map((part) => first.at + Math.floor(length * part))];
	for (const place of places) {
		let { at } = await firstFrame(file, place, LONGEST_TAG);
		for (let count = 0; count < FRAMES_SAMPLED; count++) {
			const frame = mp3Frame(await file.upTo(at, 4));
			// An index, or the first frame after it, may have a rate of its own.
			if (frame?.bitrate !== first.frame.bitrate && at !== first.at) {
				throw new Unreadable(
					'its bit rate varies, it has no index, and it is too large to be read to its end',
				);
			}
			at += frame?.bytes ?? 0;
		}
	}
	return (length * 8) / first.frame.bitrate;
}
