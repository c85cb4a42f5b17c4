import { Unreadable } from './byteSource';
import { media, type Media, type MediaKind } from './media';
import { mp4Box } from './mp4Box';
import { STEPS, type Mp4Movie } from './mp4Boxes';
import { trackFigures } from './mp4Track';
import { trackOf } from './track';
import type { Window } from './window';

/** Boxes whose content is read like what stands beside them: so no file can be nested without end. */
const ENTERED = new Set([
	...['moov', 'trak', 'edts', 'mdia', 'minf', 'stbl', 'mvex'],
	...['moof', 'traf'],
]);

/** MP4, M4V, M4A and MOV: the index, wherever it is in the file, or the heads of all fragments. */
export async function readMp4(file: Window, start: number, kind: MediaKind): Promise<Media> {
	const movie: Mp4Movie = {
		timescale: 0,
		tracks: [],
		isFragmented: false,
		indexedSeconds: 0,
		fragmentTicks: 0,
	};
	const end = await walk(file, start, movie);
	if (end === 'nothing') throw new Unreadable("it has no index, or isn't a video or audio file");
	const figures = trackOf(movie.tracks, kind)
		.map((track) => trackFigures(track, movie.timescale))
		.reduce((one, other) => (other.seconds > one.seconds ? other : one));
	if (end === 'stopped') return media(movie.indexedSeconds);
	return media(figures.seconds, kind === 'video' ? figures.fps * figures.seconds : undefined);
}

/** @returns `stopped` where an index of the fragments has the length, and there is too much to read them all */
async function walk(
	file: Window,
	start: number,
	movie: Mp4Movie,
): Promise<'nothing' | 'read' | 'stopped'> {
	let indexEnd: number | undefined;
	let hasContent = false;
	let at = start;
	for (let box = await mp4Box(file, at); box !== undefined; box = await mp4Box(file, at)) {
		const { type } = box;
		if (type === 'cmov') throw new Unreadable('its index is compressed');
		if (type === 'moov') indexEnd = box.end;
		if (type === 'mdat') hasContent = true;
		if (type === 'moof' && movie.indexedSeconds > 0 && !file.canReadToEnd(at)) return 'stopped';
		await STEPS[type]?.(file, box, movie);
		at = ENTERED.has(type) ? box.start : box.end;
		const isPastIndex = indexEnd !== undefined && at >= indexEnd;
		if (isPastIndex && hasContent && !movie.isFragmented) return 'read';
	}
	if (indexEnd === undefined) return 'nothing';
	// An index whose content is missing is the beginning of a file.
	if (!hasContent || at < indexEnd) throw new Unreadable('the file ends too early');
	return 'read';
}
