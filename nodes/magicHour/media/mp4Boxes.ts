import { mp4Table, type Mp4Box } from './mp4Box';
import { newTrack, type Mp4Track } from './mp4Track';
import type { Window } from './window';

/** What is gathered from the boxes of a file, in their order. */
export interface Mp4Movie {
	/** Ticks per second of what counts for all tracks. */
	timescale: number;
	tracks: Mp4Track[];
	isFragmented: boolean;
	/** Seconds, as an index of all fragments says. */
	indexedSeconds: number;
	/** That the fragment under way belongs to. */
	fragmentOf?: Mp4Track;
	/** Ticks of a sample of that fragment. */
	fragmentTicks: number;
}

type Step = (file: Window, box: Mp4Box, movie: Mp4Movie) => Promise<void> | void;

/** Version of a box, of which the second has numbers of 64 bits. */
const isLong = (content: Buffer) => content[0] === 1;

const long = (content: Buffer, at: number) => Number(content.readBigUInt64BE(at));

/** Boxes that say something about the length, by type (ISO/IEC 14496-12, section 8). */
export const STEPS: Record<string, Step | undefined> = {
	trak: (_file, _box, movie) => {
		movie.tracks.push(newTrack());
	},

	mvhd: async (file, { start }, movie) => {
		const content = await file.exactly(start, 24);
		movie.timescale = content.readUInt32BE(isLong(content) ? 20 : 12);
	},

	tkhd: async (file, { start }, { tracks }) => {
		const content = await file.exactly(start, 24);
		const track = tracks.at(-1);
		if (track) track.id = content.readUInt32BE(isLong(content) ? 20 : 12);
	},

	mdhd: async (file, { start }, { tracks }) => {
		const content = await file.exactly(start, 24);
		const track = tracks.at(-1);
		if (track === undefined) return;
		track.timescale = content.readUInt32BE(isLong(content) ? 20 : 12);
		track.duration = isLong(content)
			? long(await file.exactly(start + 24, 8), 0)
			: content.readUInt32BE(16);
	},

	hdlr: async (file, { start }, { tracks }) => {
		const type = (await file.exactly(start + 8, 4)).toString('latin1');
		const track = tracks.at(-1);
		// Quicktime has a second one, of how the content is stored.
		if (track && track.kind === undefined) {
			track.kind = type === 'vide' ? 'video' : type === 'soun' ? 'audio' : undefined;
		}
	},

	elst: async (file, { start }, { tracks }) => {
		const head = await file.exactly(start, 8);
		const entryBytes = isLong(head) ? 20 : 12;
		const list = { start: start + 8, count: head.readUInt32BE(4), entryBytes };
		let shown = 0;
		await mp4Table(file, list, (entry) => {
			const isPause = entry.readInt32BE(isLong(head) ? 8 : 4) === -1;
			if (!isPause) shown += isLong(head) ? long(entry, 0) : entry.readUInt32BE(0);
		});
		const track = tracks.at(-1);
		if (track) track.shown = shown;
	},

	stts: async (file, { start }, { tracks }) => {
		const count = (await file.exactly(start, 8)).readUInt32BE(4);
		const track = tracks.at(-1);
		if (track === undefined) return;
		await mp4Table(file, { start: start + 8, count, entryBytes: 8 }, (entry) => {
			const samples = entry.readUInt32BE(0);
			track.samples += samples;
			track.ticks += samples * entry.readUInt32BE(4);
		});
	},

	mvex: (_file, _box, movie) => {
		movie.isFragmented = true;
	},

	trex: async (file, { start }, { tracks }) => {
		const content = await file.exactly(start, 16);
		const track = tracks.find(({ id }) => id === content.readUInt32BE(4));
		if (track) track.defaultTicks = content.readUInt32BE(12);
	},

	sidx: async (file, { start }, movie) => {
		const head = await file.exactly(start, 12);
		const timescale = head.readUInt32BE(8);
		const countAt = start + (isLong(head) ? 30 : 22);
		const count = (await file.exactly(countAt, 2)).readUInt16BE(0);
		const references = { start: countAt + 2, count, entryBytes: 12 };
		await mp4Table(file, references, (entry) => {
			movie.indexedSeconds += entry.readUInt32BE(4) / timescale;
		});
	},

	tfhd: async (file, { start }, movie) => {
		const content = await file.upTo(start, 24);
		if (content.length < 8) return;
		const flags = content.readUIntBE(1, 3);
		movie.fragmentOf = movie.tracks.find(({ id }) => id === content.readUInt32BE(4));
		const at = 8 + (flags & 1 ? 8 : 0) + (flags & 2 ? 4 : 0);
		const statesTicks = (flags & 8) !== 0 && content.length >= at + 4;
		movie.fragmentTicks = statesTicks
			? content.readUInt32BE(at)
			: (movie.fragmentOf?.defaultTicks ?? 0);
	},

	trun: async (file, { start }, { fragmentOf: track, fragmentTicks }) => {
		if (track === undefined) return;
		const content = await file.exactly(start, 8);
		const flags = content.readUIntBE(1, 3);
		const count = content.readUInt32BE(4);
		track.samples += count;
		if ((flags & 0x100) === 0) {
			track.ticks += count * fragmentTicks;
			return;
		}
		const entryBytes = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length * 4;
		const first = start + 8 + (flags & 1 ? 4 : 0) + (flags & 4 ? 4 : 0);
		await mp4Table(file, { start: first, count, entryBytes }, (entry) => {
			track.ticks += entry.readUInt32BE(0);
		});
	},
};
