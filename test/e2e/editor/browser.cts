import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, selectors, type Browser, type BrowserContext } from 'playwright-core';
import type { N8nApi } from '../../../n8n/rest.cts';

const programs = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The installed Chromium: the one named by `CHROMIUM_PATH`, or the first found on the `PATH`. */
export function chromiumPath(): string {
	const named = process.env.CHROMIUM_PATH;
	const folders = (process.env.PATH ?? '').split(delimiter);
	const found = programs.flatMap((program) => folders.map((folder) => join(folder, program)));
	const path = [...(named ? [named] : []), ...found].find(existsSync);
	if (path) return path;
	throw new Error('The editor tests need Chromium: install chromium, or set CHROMIUM_PATH.');
}

/** Starts Chromium without a window. */
export async function openBrowser(): Promise<Browser> {
	selectors.setTestIdAttribute('data-test-id');
	return await chromium.launch({
		executablePath: chromiumPath(),
		// Its own sandbox needs user namespaces, which containers rarely grant.
		args: ['--no-sandbox', '--disable-dev-shm-usage'],
	});
}

/** The owner's session in the editor. */
export async function openSession(
	browser: Browser,
	api: N8nApi,
	theme: 'light' | 'dark' = 'light',
): Promise<BrowserContext> {
	const context = await browser.newContext({
		baseURL: api.url,
		viewport: { width: 1400, height: 900 },
		deviceScaleFactor: 2,
		colorScheme: theme,
		reducedMotion: 'reduce',
	});
	await context.addCookies([{ ...api.sessionCookie, url: api.url, httpOnly: true }]);
	const settings = { 'n8n-browserId': api.browserId, N8N_THEME: theme };
	await context.addInitScript(`Object.assign(localStorage, ${JSON.stringify(settings)})`);
	return context;
}
