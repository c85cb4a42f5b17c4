import { Unreadable } from './byteSource';
import { media, type Media } from './media';
import type { Window } from './window';

const MOST_CHUNKS = 1000;
/** Of formats, whose samples all have the same size: whole numbers, floating point, A-law, µ-law. */
const PLAIN_FORMATS = [1, 3, 6, 7];
const EXTENSIBLE = 0xfffe;

/** WAV, and RF64 with its sizes of 64 bits (EBU Tech 3306): length of the data ÷ bytes per second. */
export async function readWav(file: Window, start: number): Promise<Media> {
	let format: Format | undefined;
	let longDataSize: number | undefined;
	let samples = 0;
	let at = start + 12;
	for (let chunks = 0; chunks < MOST_CHUNKS; chunks++) {
		const head = await file.exactly(at, 8);
		const size = head.readUInt32LE(4);
		const name = head.toString('latin1', 0, 4);
		if (name === 'fmt ') format = formatOf(await file.exactly(at + 8, 16));
		if (name === 'fact') samples = (await file.exactly(at + 8, 4)).readUInt32LE(0);
		if (name === 'ds64') longDataSize = Number((await file.exactly(at + 16, 8)).readBigUInt64LE());
		if (name === 'data') {
			if (format === undefined) throw new Unreadable('it does not say its format');
			if (!format.isPlain && samples > 0) return media(samples / format.rate);
			const stated = size === 0xffffffff ? longDataSize : size;
			return media((await dataBytes(file, at + 8, stated)) / format.bytesPerSecond);
		}
		at += 8 + size + (size % 2);
	}
	throw new Unreadable('it has no data chunk');
}

interface Format {
	isPlain: boolean;
	/** Samples per second. */
	rate: number;
	bytesPerSecond: number;
}

function formatOf(chunk: Buffer): Format {
	const tag = chunk.readUInt16LE(0);
	const isPlain = PLAIN_FORMATS.includes(tag) || tag === EXTENSIBLE;
	const rate = chunk.readUInt32LE(4);
	// Some programs fill in a rate of bytes that is none.
	const bytesPerSecond = isPlain ? rate * chunk.readUInt16LE(12) : chunk.readUInt32LE(8);
	return { isPlain, rate, bytesPerSecond };
}

/** What stands in the header may never have been filled in, by a program that cannot go back in what it writes. */
async function dataBytes(file: Window, start: number, stated: number | undefined): Promise<number> {
	const isStated = stated !== undefined && stated > 0;
	if (file.size !== undefined) {
		const rest = file.size - start;
		return isStated ? Math.min(stated, rest) : rest;
	}
	const isFilledIn = isStated && (stated < 0x7ffff000 || stated > 0xffffffff);
	if (isFilledIn) return stated;
	throw new Unreadable('it states no length, and where it ends is not known');
}
