import { LONGEST_READ, Unreadable } from './byteSource';
import { media, type Media, type MediaKind } from './media';
import { trackOf } from './track';
import { codedNumber, webmElement, webmFloat, webmNumber } from './webmElement';
import type { Window } from './window';

/** Elements of WebM (webmproject.org, “WebM Container Guidelines”); all others are stepped over. */
const ID = {
	segment: 0x18538067,
	info: 0x1549a966,
	timestampScale: 0x2ad7b1,
	duration: 0x4489,
	tracks: 0x1654ae6b,
	trackEntry: 0xae,
	trackNumber: 0xd7,
	trackType: 0x83,
	defaultDuration: 0x23e383,
	cluster: 0x1f43b675,
	timestamp: 0xe7,
	simpleBlock: 0xa3,
	blockGroup: 0xa0,
	block: 0xa1,
};
/** Elements whose content is read like what stands beside them: so no file can be nested without end. */
const ENTERED = new Set([ID.segment, ID.info, ID.tracks, ID.trackEntry, ID.cluster, ID.blockGroup]);

const KINDS: Record<number, MediaKind> = { 1: 'video', 2: 'audio' };
const CLUSTER_MARK = Buffer.from([0x1f, 0x43, 0xb6, 0x75]);

interface Track {
	number?: number;
	kind?: MediaKind;
	/** Nanoseconds of a frame, where the writer says so. */
	defaultDuration?: number;
	blocks: number;
	/** Ticks of the first and the last block. */
	first: number;
	last: number;
}

interface Found {
	/** Nanoseconds of a tick. */
	scale: number;
	/** Ticks. */
	duration?: number;
	tracks: Track[];
	clusterTime: number;
}

/** WebM: every block of the track where the file can be read to its end, or else what its header says. */
export async function readWebm(file: Window, start: number, kind: MediaKind): Promise<Media> {
	const found: Found = { scale: 1_000_000, tracks: [], clusterTime: 0 };
	const toEnd = file.canReadToEnd(start);
	await walk(file, start, found, { toEnd });
	const tracks = trackOf(found.tracks, kind);
	const seconds = (ticks: number) => (ticks * found.scale) / 1e9;
	if (!toEnd) {
		const length = found.duration ?? (await ticksAtEnd(file, found));
		const { defaultDuration } = tracks[0]!;
		const frames = defaultDuration ? (seconds(length) * 1e9) / defaultDuration : undefined;
		return media(seconds(length), kind === 'video' ? frames : undefined);
	}
	const longest = tracks.reduce((one, other) => (other.last > one.last ? other : one));
	const { blocks, first, last } = longest;
	if (blocks === 0) throw new Unreadable('it has no content');
	// The last block lasts as long as the others do.
	const length = blocks > 1 ? ((last - first) * blocks) / (blocks - 1) : (found.duration ?? 0);
	return media(seconds(length), kind === 'video' ? blocks : undefined);
}

async function walk(
	file: Window,
	start: number,
	found: Found,
	{ toEnd }: { toEnd: boolean },
): Promise<void> {
	let at = start;
	for (let element = await webmElement(file, at); element; element = await webmElement(file, at)) {
		const { id, end } = element;
		if (id === ID.cluster && !toEnd) return;
		const isEntered = ENTERED.has(id);
		if (end === undefined && !isEntered) throw new Unreadable('it is damaged');
		if (id === ID.trackEntry) found.tracks.push({ blocks: 0, first: Infinity, last: -Infinity });
		const track = found.tracks.at(-1);
		if (id === ID.timestampScale) found.scale = await webmNumber(file, element);
		if (id === ID.duration) found.duration = await webmFloat(file, element);
		if (id === ID.timestamp) found.clusterTime = await webmNumber(file, element);
		if (track && id === ID.trackNumber) track.number = await webmNumber(file, element);
		if (track && id === ID.trackType) track.kind = KINDS[await webmNumber(file, element)];
		if (track && id === ID.defaultDuration) track.defaultDuration = await webmNumber(file, element);
		if (id === ID.simpleBlock || id === ID.block) await count(file, element.start, found);
		if (!isEntered && file.size !== undefined && end! > file.size) {
			throw new Unreadable('the file ends too early');
		}
		at = isEntered ? element.start : end!;
	}
}

async function count(file: Window, start: number, { tracks, clusterTime }: Found): Promise<void> {
	const head = await file.upTo(start, 10);
	const number = codedNumber(head);
	if (number === undefined || head.length < number.bytes + 2) {
		throw new Unreadable('the file ends too early');
	}
	const track = tracks.find((one) => one.number === number.value);
	if (track === undefined) return;
	const time = clusterTime + head.readInt16BE(number.bytes);
	track.blocks++;
	track.first = Math.min(track.first, time);
	track.last = Math.max(track.last, time);
}

/** For a recording that was never finished, and is too large to be read: ticks of what its last cluster has. */
async function ticksAtEnd(file: Window, found: Found): Promise<number> {
	const { size } = file;
	if (size === undefined)
		throw new Unreadable('it states no length, and where it ends is not known');
	const from = Math.max(0, size - LONGEST_READ);
	const at = (await file.upTo(from, LONGEST_READ)).lastIndexOf(CLUSTER_MARK);
	if (at < 0) throw new Unreadable('it states no length, and is too large to be read to its end');
	await walk(file, from + at, found, { toEnd: true });
	return Math.max(...found.tracks.map(({ last }) => last));
}
