import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { currentRun } from '../jest/run.cts';

/** A part of the page, in its pixels. */
export type Area = { x: number; y: number; width: number; height: number };

// What comes and goes, and what hovers over the canvas, is no part of a picture.
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
