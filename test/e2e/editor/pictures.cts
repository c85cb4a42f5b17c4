import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Locator, Page } from 'playwright-core';
import { currentRun } from '../jest/run.cts';

/** A part of the page, in its pixels. */
export type Area = { x: number; y: number; width: number; height: number };

// What comes and goes, and what hovers over the canvas, isn't part of a picture.
const passing = ['.el-notification', '.vue-flow__panel', '[data-test-id=execute-workflow-button]'];

/**
 * Takes a picture for the documentation, at twice the size. Each run takes all of them, but as times and
 * ids in them differ from run to run, only `npm run docs:images` puts them where the README shows them.
 */
export async function takePicture(page: Page, name: string, clip: Area): Promise<void> {
	const { userFolder } = currentRun();
	const folder = process.env.DOCS_IMAGES ? join('docs', 'images') : join(userFolder, 'images');
	await mkdir(folder, { recursive: true });
	// Neither is the pointer.
	await page.mouse.move(2, 2);
	await page.addStyleTag({ content: `${passing.join(', ')} { visibility: hidden }` });
	await page.screenshot({ path: join(folder, `${name}.png`), clip, animations: 'disabled' });
}

/** Frames per second of moving pictures. */
const RATE = 4;

/** A moving picture of the whole page, for the documentation. */
export class Movie {
	private readonly frames: Buffer[] = [];

	constructor(private readonly page: Page) {}

	/** Shows the page as it is, for so many seconds of the film. */
	async hold(seconds: number): Promise<void> {
		const frame = await this.page.screenshot({ scale: 'css' });
		for (let frames = seconds * RATE; frames > 0; frames--) this.frames.push(frame);
	}

	/** Films until something is so. */
	async until(isSo: () => Promise<boolean>): Promise<void> {
		while (!(await isSo())) await this.hold(1 / RATE);
	}

	/** Writes it as a GIF, which needs ffmpeg; only `npm run docs:images` does. */
	async save(name: string): Promise<void> {
		if (!process.env.DOCS_IMAGES) return;
		const { userFolder } = currentRun();
		const folder = await mkdtemp(join(userFolder, 'frames-'));
		for (const [index, frame] of this.frames.entries()) {
			await writeFile(join(folder, `${String(index).padStart(4, '0')}.png`), frame);
		}
		const palette = 'split[a][b];[a]palettegen=max_colors=96[p];[b][p]paletteuse=dither=none';
		await execute('ffmpeg', [
			...['-y', '-loglevel', 'error', '-framerate', String(RATE)],
			...['-i', join(folder, '%04d.png'), '-vf', palette],
			join('docs', 'images', `${name}.gif`),
		]);
	}
}

const execute = promisify(execFile);

/** The area of these elements together, with some space around it. */
export async function areaOf(elements: Locator, space = 0): Promise<Area> {
	const boxes = await Promise.all(
		(await elements.all()).map(async (element) => await element.boundingBox()),
	);
	const seen = boxes.filter((box) => box !== null);
	const x = Math.min(...seen.map((box) => box.x)) - space;
	const y = Math.min(...seen.map((box) => box.y)) - space;
	const right = Math.max(...seen.map((box) => box.x + box.width)) + space;
	const bottom = Math.max(...seen.map((box) => box.y + box.height)) + space;
	return { x, y, width: right - x, height: bottom - y };
}
