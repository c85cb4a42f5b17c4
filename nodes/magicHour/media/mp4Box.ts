import { LONGEST_READ, Unreadable } from './byteSource';
import type { Window } from './window';

/** One box of an MP4 or MOV file: where its content begins and ends (ISO/IEC 14496-12, 4.2). */
export interface Mp4Box {
	type: string;
	start: number;
	/** Infinity where it goes to the end of a file of unknown length. */
	end: number;
}

/** @returns undefined at the end of the file */
export async function mp4Box(file: Window, at: number): Promise<Mp4Box | undefined> {
	const head = await file.upTo(at, 16);
	if (head.length < 8) return undefined;
	const type = head.toString('latin1', 4, 8);
	const size = head.readUInt32BE(0);
	if (size === 0) return { type, start: at + 8, end: file.size ?? Infinity };
	const isLong = size === 1 && head.length === 16;
	const bytes = isLong ? Number(head.readBigUInt64BE(8)) : size;
	const start = at + (isLong ? 16 : 8);
	if (at + bytes < start) throw new Unreadable('a size in it cannot be true');
	if (file.size !== undefined && at + bytes > file.size) {
		throw new Unreadable('the file ends too early');
	}
	return { type, start, end: at + bytes };
}

/** A table of a day of video at 60 frames per second, each with an entry of its own, has as many. */
const MOST_ENTRIES = 6_000_000;

/**
 * Reads a table, a part at a time.
 * @param entryBytes of one entry
 * @throws Unreadable when the file ends within it
 */
export async function mp4Table(
	file: Window,
	{ start, count, entryBytes }: { start: number; count: number; entryBytes: number },
	use: (entry: Buffer) => void,
): Promise<void> {
	if (count > MOST_ENTRIES) throw new Unreadable('a table in it is too long');
	const atOnce = Math.floor(LONGEST_READ / 2 / entryBytes);
	for (let done = 0; done < count; done += atOnce) {
		const entries = Math.min(atOnce, count - done);
		const bytes = await file.exactly(start + done * entryBytes, entries * entryBytes);
		for (let entry = 0; entry < entries; entry++) {
			use(bytes.subarray(entry * entryBytes, (entry + 1) * entryBytes));
		}
	}
}
