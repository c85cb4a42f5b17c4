import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { MediaKind } from '../../nodes/magicHour/media/media.ts';

/** What ffprobe says of a part of a file. */
export interface Figures {
	seconds: number;
	/** Of videos. */
	frames?: number;
	fps?: number;
}

const FOLDER = join(__dirname, '../fixtures/media');

export const fixturePath = (name: string) => join(FOLDER, name);
export const fixture = (name: string): Buffer => readFileSync(fixturePath(name));

/** The files that `test/fixtures/media/make.cts` makes. */
export const FIXTURES = JSON.parse(fixture('figures.json').toString()) as Array<
	{ name: string } & Partial<Record<MediaKind, Figures>>
>;

/** Each use of each file, with what has to be found. */
export const USES = FIXTURES.flatMap(({ name, ...parts }) =>
	(['video', 'audio'] as const).flatMap((kind) => {
		const figures = parts[kind];
		return figures === undefined ? [] : [{ name, kind, figures }];
	}),
);
