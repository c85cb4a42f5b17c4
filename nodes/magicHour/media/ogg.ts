import { LONGEST_READ, Unreadable } from './byteSource';
import { media, type Media } from './media';
import { LONGEST_FIRST_PACKET, LONGEST_HEADER, oggAudio, oggPage, type OggAudio } from './oggPage';
import type { Window } from './window';

/** One recording in the file; several may follow each other. */
interface Recording {
	serial: number;
	audio: OggAudio;
	lastGranule: number;
}

const secondsOf = ({ audio, lastGranule }: Recording): number =>
	Math.max(0, lastGranule - audio.skipped) / audio.rate;

/** Ogg with Opus, Vorbis, FLAC or Speex: the last page of a stream has the number of its samples. */
export async function readOgg(file: Window, start: number): Promise<Media> {
	const toEnd = file.canReadToEnd(start);
	const recordings = await pages(file, start, toEnd);
	if (recordings.length === 0) throw new Unreadable('it has no sound that this node can read');
	if (!toEnd) recordings[0]!.lastGranule = await granuleAtEnd(file, recordings[0]!);
	return media(recordings.reduce((sum, recording) => sum + secondsOf(recording), 0));
}

/** @param toEnd whether to read all pages, or until the first recording was found */
async function pages(file: Window, start: number, toEnd: boolean): Promise<Recording[]> {
	const recordings: Recording[] = [];
	let at = start;
	for (;;) {
		const head = await file.upTo(at, LONGEST_HEADER);
		const page = oggPage(head);
		if (page === undefined) {
			if (head.length === 0) return recordings;
			throw new Unreadable('it is damaged');
		}
		const current = recordings.at(-1);
		if (page.isFirstOfStream) {
			const audio = oggAudio(await file.upTo(at + page.headerBytes, LONGEST_FIRST_PACKET));
			if (audio !== undefined) recordings.push({ serial: page.serial, audio, lastGranule: 0 });
		} else if (page.serial === current?.serial && page.granule !== undefined) {
			current.lastGranule = Math.max(current.lastGranule, page.granule);
		}
		at += page.bytes;
		if (!toEnd && (recordings.length > 0 || !page.isFirstOfStream)) return recordings;
	}
}

async function granuleAtEnd(file: Window, { serial }: Recording): Promise<number> {
	if (file.size === undefined) throw new Unreadable('where it ends is not known');
	const tail = await file.upTo(Math.max(0, file.size - LONGEST_READ), LONGEST_READ);
	for (
		let at = tail.lastIndexOf('OggS');
		at >= 0;
		at = at > 0 ? tail.lastIndexOf('OggS', at - 1) : -1
	) {
		const page = oggPage(tail.subarray(at, at + LONGEST_HEADER));
		if (page?.serial === serial && page.granule !== undefined) return page.granule;
		if (page !== undefined && page.serial !== serial) break;
	}
	throw new Unreadable('it is large, and its last page is not one of its first recording');
}
