import { readAac } from './aac';
import { readAiff } from './aiff';
import { readAmr } from './amr';
import { Unreadable, type ByteSource } from './byteSource';
import { readFlac } from './flac';
import { skipId3 } from './id3';
import type { Media, MediaKind } from './media';
import { readMp3 } from './mp3';
import { readMp4 } from './mp4';
import { readOgg } from './ogg';
import { readWav } from './wav';
import { readWebm } from './webm';
import { Window } from './window';

/** Reads one format. `start` is where it begins: after a tag that stands before it. */
type Reader = (file: Window, start: number, kind: MediaKind) => Promise<Media>;

/** Formats by marks that stand at an offset in their files. */
const FORMATS: Array<{ at: number; marks: string[]; read: Reader }> = [
	{ at: 4, marks: ['ftyp', 'moov', 'mdat', 'wide', 'free', 'skip', 'pnot'], read: readMp4 },
	{ at: 4, marks: ['moof', 'styp', 'sidx'], read: readMp4 },
	{ at: 0, marks: ['\x1aE\xdf\xa3'], read: readWebm },
	{ at: 8, marks: ['WAVE'], read: readWav },
	{ at: 8, marks: ['AIFF', 'AIFC'], read: readAiff },
	{ at: 0, marks: ['fLaC'], read: readFlac },
	{ at: 0, marks: ['OggS'], read: readOgg },
	{ at: 0, marks: ['#!AMR'], read: readAmr },
	{ at: 0, marks: ['\xff\xf0', '\xff\xf1', '\xff\xf8', '\xff\xf9'], read: readAac },
];

/** Length and frame rate, or a reason that can follow “because”. */
export type Looked = Media | Unknown;

export interface Unknown {
	unknown: string;
	/** To be checked by a person, because there may be no such file. */
	address?: string;
}

/** What was found out, where something was. */
export const known = (looked: Looked | undefined): Media | undefined =>
	looked !== undefined && 'seconds' in looked ? looked : undefined;

export const unknown = (error: unknown): Unknown => ({
	unknown: error instanceof Unreadable ? error.reason : 'it could not be read',
});

/** For people and expressions: to thousandths. */
export const rounded = (value: number): number => Number(value.toFixed(3));

/**
 * Reads length and frame rate out of a file's own headers. The content decides what it is, not its name.
 * It never throws, whatever the file is.
 * @param kind what the file is used for
 */
export async function readMedia(source: ByteSource, kind: MediaKind): Promise<Looked> {
	const file = new Window(source);
	try {
		const start = await skipId3(file);
		const head = (await file.upTo(start, 16)).toString('latin1');
		if (head === '') throw new Unreadable('it is empty');
		const format = FORMATS.find(({ at, marks }) => marks.some((mark) => head.startsWith(mark, at)));
		// MP3 has no mark of its own, and often something else before its first frame.
		return await (format?.read ?? readMp3)(file, start, kind);
	} catch (error) {
		return unknown(error);
	} finally {
		source.close();
	}
}
