import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { currentRun } from '../jest/run.cts';

type Clip = { x: number; y: number; width: number; height: number };

/**
 * Takes a picture for the documentation, at twice the size. Each run takes all of them, but as times and
 * ids in them differ from run to run, only `npm run docs:images` puts them where the README shows them.
 * @param clip what it shows, in the page's pixels
 */
export async function takePicture(page: Page, name: string, clip: Clip): Promise<void> {
	const { userFolder } = currentRun();
	const folder = process.env.DOCS_IMAGES ? join('docs', 'images') : join(userFolder, 'images');
	await mkdir(folder, { recursive: true });
	// Messages that come and go are no part of a picture, and neither is the pointer.
	await page.mouse.move(2, 2);
	await page.addStyleTag({ content: '.el-notification { visibility: hidden }' });
	await page.screenshot({ path: join(folder, `${name}.png`), clip, animations: 'disabled' });
}
