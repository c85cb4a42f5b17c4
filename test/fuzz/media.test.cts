import fc from 'fast-check';

import {
	BufferSource,
	LONGEST_READ,
	type ByteSource,
} from '../../nodes/magicHour/media/byteSource.ts';
import type { MediaKind } from '../../nodes/magicHour/media/media.ts';
import { readMedia } from '../../nodes/magicHour/media/readMedia.ts';
import { FIXTURES, fixture } from '../support/mediaFixtures.cts';

/** How many broken files are drawn: `FUZZ=5000 npx jest test/fuzz/media` for a long run. */
const CASES = Number(process.env.FUZZ ?? 30) * 100;
const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31);
/** Milliseconds of work for one file. */
const LONGEST = 500;
const MEGABYTE = 1024 * 1024;

/** Bytes that sizes, counts and durations like to be broken with. */
const EVIL = fc.constantFrom(
	...[[0], [255], [0x7f], [0x80], [0, 0, 0, 0], [255, 255, 255, 255], [0, 0, 0, 1], [0, 0, 0, 8]],
	...[[0x7f, 255, 255, 255], [0x80, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0], Array<number>(8).fill(255)],
);

const mutation = fc.record({
	at: fc.nat(99_999),
	/** Headers are where it matters. */
	within: fc.constantFrom(64, 1024, 100_000),
	bytes: fc.oneof(EVIL, fc.array(fc.nat(255), { minLength: 1, maxLength: 8 })),
	inserted: fc.boolean(),
});

const brokenFile = fc.record({
	name: fc.constantFrom(...FIXTURES.map(({ name }) => name)),
	kind: fc.constantFrom<MediaKind>('video', 'audio'),
	mutations: fc.array(mutation, { maxLength: 6 }),
	kept: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { freq: 2 }),
	/** As a web server may leave it open, and as files too large to be read to the end are. */
	isSizeKnown: fc.boolean(),
	isReadToEnd: fc.boolean(),
});
type BrokenFile = typeof brokenFile extends fc.Arbitrary<infer T> ? T : never;

function bytesOf({ name, mutations, kept }: BrokenFile): Buffer {
	let file = Buffer.from(fixture(name));
	for (const { at, within, bytes, inserted } of mutations) {
		const place = at % Math.min(within, file.length);
		const rest = file.subarray(inserted ? place : place + bytes.length);
		file = Buffer.concat([file.subarray(0, place), Buffer.from(bytes), rest]);
	}
	return kept === null ? file : file.subarray(0, Math.floor(file.length * kept));
}

/** Watches what a reader asks for. */
class Watched implements ByteSource {
	readonly wrong: string[] = [];
	readonly size: number | undefined;
	private readonly inner: BufferSource;
	private isClosed = false;

	constructor(
		bytes: Buffer,
		private readonly one: BrokenFile,
	) {
		this.inner = new BufferSource(bytes);
		this.size = one.isSizeKnown ? bytes.length : undefined;
	}

	async read(offset: number, length: number) {
		if (!Number.isSafeInteger(offset) || offset < 0) this.wrong.push(`it reads at ${offset}`);
		if (!(length > 0 && length <= LONGEST_READ)) this.wrong.push(`it reads ${length} bytes`);
		if (this.isClosed) this.wrong.push('it reads after the end');
		return await this.inner.read(offset, length);
	}

	canReadToEnd() {
		return this.one.isReadToEnd;
	}

	close() {
		this.isClosed = true;
	}

	get faults() {
		return this.isClosed ? this.wrong : [...this.wrong, 'it was not closed'];
	}
}

async function timed(source: ByteSource, kind: MediaKind) {
	const before = process.cpuUsage();
	const found = await readMedia(source, kind).catch((error: Error) => error);
	return { found, milliseconds: process.cpuUsage(before).user / 1000 };
}

async function faultsOf(one: BrokenFile): Promise<string[]> {
	const source = new Watched(bytesOf(one), one);
	let { found, milliseconds } = await timed(source, one.kind);
	const wrong = [...source.faults];
	// The garbage of files before may have been collected in that time.
	for (let again = 0; again < 3 && milliseconds > LONGEST; again++) {
		({ found, milliseconds } = await timed(new Watched(bytesOf(one), one), one.kind));
	}
	if (milliseconds > LONGEST) wrong.push(`it takes ${milliseconds} ms`);
	if (found instanceof Error) return [...wrong, `it throws ${found.stack}`];
	if ('unknown' in found) {
		if (!/^[\S].{8,200}$/.test(found.unknown)) wrong.push(`it gives the reason “${found.unknown}”`);
		return wrong;
	}
	const { seconds, fps } = found;
	if (!(seconds > 0 && seconds <= 31 * 24 * 3600)) wrong.push(`it is ${seconds} seconds long`);
	if (fps !== undefined && !(fps > 0 && fps <= 1000)) wrong.push(`it has ${fps} fps`);
	return wrong;
}

describe('media files, truncated and changed', () => {
	it('have a length, or a reason why not, at little cost', async () => {
		// The first look compiles what it needs.
		for (const { name } of FIXTURES) await readMedia(new BufferSource(fixture(name)), 'audio');
		const found: string[] = [];
		let most = 0;
		const heap = process.memoryUsage().arrayBuffers;
		for (const one of fc.sample(brokenFile, { seed: SEED, numRuns: CASES })) {
			for (const fault of await faultsOf(one)) found.push(`${fault}: ${JSON.stringify(one)}`);
			most = Math.max(most, process.memoryUsage().arrayBuffers - heap);
		}
		expect({ SEED, found: found.slice(0, 12) }).toEqual({ SEED, found: [] });
		// All files that were drawn so far wait for the garbage collector; a read of gigabytes would show all the same.
		expect(most).toBeLessThan(512 * MEGABYTE);
	}, 600_000);
});
