import { execFileSync } from 'node:child_process';

import { binarySource } from '../../../nodes/magicHour/media/binarySource.ts';
import { BufferSource } from '../../../nodes/magicHour/media/byteSource.ts';
import type { Media } from '../../../nodes/magicHour/media/media.ts';
import { readMedia } from '../../../nodes/magicHour/media/readMedia.ts';
import { webSource } from '../../../nodes/magicHour/media/webSource.ts';
import {
	FIXTURES,
	fixture,
	fixturePath,
	USES,
	type Figures,
} from '../../support/mediaFixtures.cts';
import { fixtureRoutes, serve } from '../../support/mediaServer.cts';
import { ctx, openStreams } from './context.cts';

const signal = new AbortController().signal;

/** Length within a tenth of a second, average frame rate within half a percent, frames within two or 1 %. */
function expectFigures(found: Media | { unknown: string }, figures: Figures) {
	expect(found).toEqual({
		seconds: expect.closeTo(figures.seconds, 1),
		...(figures.fps !== undefined && { fps: expect.any(Number) }),
	});
	const { seconds, fps } = found as Media;
	expect(Math.abs(seconds - figures.seconds)).toBeLessThan(0.1);
	if (figures.fps === undefined || figures.frames === undefined) return;
	expect(Math.abs(fps! / figures.fps - 1)).toBeLessThan(0.005);
	const missed = Math.abs(fps! * seconds - figures.frames);
	expect(missed).toBeLessThan(Math.max(2, figures.frames / 100));
}

describe('length and frame rate', () => {
	let server: Awaited<ReturnType<typeof serve>>;
	beforeAll(async () => (server = await serve(fixtureRoutes)));
	afterAll(async () => await server.close());

	describe.each(USES)('of $name as $kind', ({ name, kind, figures }) => {
		it('are as ffprobe says, from a binary field that n8n stores', async () => {
			const source = await binarySource(ctx, { id: name, data: '', mimeType: '' });
			expectFigures(await readMedia(source, kind), figures);
			expect(openStreams()).toBe(0);
		});

		it('are as ffprobe says, from a binary field that is in the item', async () => {
			const data = fixture(name).toString('base64');
			const source = await binarySource(ctx, { data, mimeType: '' });
			expectFigures(await readMedia(source, kind), figures);
		});

		it.each(['ranges', 'whole'])('are as ffprobe says, over HTTP (%s)', async (route) => {
			const source = await webSource(ctx, `${server.url}/${route}/${name}`, signal);
			expectFigures(await readMedia(source, kind), figures);
		});
	});
});

describe('the length of audio', () => {
	const names = FIXTURES.filter(({ audio }) => audio !== undefined).map(({ name }) => name);
	const judged = JSON.parse(
		execFileSync(process.execPath, [`${__dirname}/musicMetadata.mjs`, ...names.map(fixturePath)], {
			encoding: 'utf8',
		}),
	) as Array<number | null>;

	/** Lengths that stand in no header, and formats that music-metadata does not read. */
	const NOT_JUDGED = [
		...['flac.oga', 'narrow.amr', 'no-duration.weba', 'no-duration.webm'],
		...['streamed.flac', 'wide.amr'],
	];

	it('is known to music-metadata for all other files', () => {
		expect(names.filter((_, index) => judged[index] === null)).toEqual(NOT_JUDGED);
	});

	it.each(
		names
			.map((name, index) => ({ name, seconds: judged[index] }))
			.filter(({ name }) => !NOT_JUDGED.includes(name)),
	)('of $name is what music-metadata says', async ({ name, seconds }) => {
		const found = await readMedia(new BufferSource(fixture(name)), 'audio');
		expect((found as Media).seconds).toBeCloseTo(seconds!, 1);
	});
});
