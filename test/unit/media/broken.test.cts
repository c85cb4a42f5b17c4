import { BufferSource, type ByteSource } from '../../../nodes/magicHour/media/byteSource.ts';
import type { MediaKind } from '../../../nodes/magicHour/media/media.ts';
import { readMedia } from '../../../nodes/magicHour/media/readMedia.ts';
import { fixture } from '../../support/mediaFixtures.cts';

const look = async (bytes: Buffer, kind: MediaKind = 'video') =>
	await readMedia(new BufferSource(bytes), kind);

const UNKNOWN = { unknown: expect.stringMatching(/^\S.{8,}/) };

/** The file with something else after the n-th place where a text stands in it. */
function changed(name: string, after: string, offset: number, bytes: number[]): Buffer {
	const file = Buffer.from(fixture(name));
	Buffer.from(bytes).copy(file, file.indexOf(after, 0, 'latin1') + after.length + offset);
	return file;
}

const ALL = [255, 255, 255, 255];
const NONE = [0, 0, 0, 0];

describe('a file that is broken, or not what it is meant to be', () => {
	it.each<[string, Buffer, MediaKind]>([
		['an empty file', Buffer.alloc(0), 'video'],
		['text', Buffer.from('<html><body>Log in first</body></html>'.repeat(50)), 'video'],
		['zeros', Buffer.alloc(100_000), 'audio'],
		['a picture', Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1'), 'video'],
		['a video without sound, taken for audio', fixture('silent-29.97fps.mov'), 'audio'],
		['sound, taken for a video', fixture('voice.m4a'), 'video'],
		[
			'a video cut off before its index',
			fixture('index-last-60fps.mp4').subarray(0, 9000),
			'video',
		],
		['a video cut off after its index', fixture('index-first.mp4').subarray(0, 9000), 'video'],
		['a time scale of zero', changed('index-first.mp4', 'mdhd', 12, NONE), 'video'],
		['a table longer than the file', changed('index-first.mp4', 'stts', 4, ALL), 'video'],
		['samples of 2^32 ticks', changed('index-first.mp4', 'stts', 12, ALL), 'video'],
		['a rate of zero samples', changed('pcm.wav', 'fmt ', 8, NONE), 'audio'],
		['a rate of zero in AIFF', changed('pcm.aiff', 'COMM', 12, [...NONE, ...NONE]), 'audio'],
		['an exponent that is endless', changed('pcm.aiff', 'COMM', 12, [127, 255]), 'audio'],
	])('is unknown, with a reason: %s', async (_, bytes, kind) => {
		expect(await look(bytes, kind)).toEqual(UNKNOWN);
	});

	it('is told by its content, not by its name', async () => {
		const source = new BufferSource(fixture('voice.flac'));
		expect(await readMedia(source, 'audio')).toEqual({ seconds: 3 });
	});

	it('ends soon where it claims to have more parts than can be read', async () => {
		const free = Buffer.from('\0\0\0\x08free'.repeat(16_384), 'latin1');
		/** Boxes of eight bytes, without end. */
		const boxes: ByteSource = {
			size: undefined,
			read: async () => free,
			canReadToEnd: () => true,
			close: () => {},
		};
		expect(await readMedia(boxes, 'video')).toEqual({ unknown: 'it has too many parts' });
	});
});

describe('an MP3 file that was put together out of several', () => {
	it('has the length of all of them, though its index knows of the first alone', async () => {
		const part = fixture('xing.mp3');
		const { seconds } = (await look(part, 'audio')) as { seconds: number };
		const joined = (await look(Buffer.concat([part, part, part]), 'audio')) as { seconds: number };
		expect(joined.seconds).toBeCloseTo(seconds * 3, 0);
	});
});

describe('an Ogg file of several recordings', () => {
	it('has the length of all of them', async () => {
		const [one, other] = [fixture('voice.opus'), fixture('vorbis.ogg')];
		const { seconds } = (await look(Buffer.concat([one, other]), 'audio')) as { seconds: number };
		expect(seconds).toBeCloseTo(6, 1);
	});
});
