import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { format, resolveConfig } from 'prettier';

import type { Results } from '../results.cts';
import { picture } from './picture.cts';
import { summary } from './summary.cts';
import { tables } from './tables.cts';

const ROOT = join(__dirname, '../..');
const RESULTS = join(ROOT, 'bench/results.json');
const PAGE = join(ROOT, 'docs/benchmarks.md');
const PICTURE = join(ROOT, 'docs/benchmarks.svg');

export const readResults = (): Results => JSON.parse(readFileSync(RESULTS, 'utf8')) as Results;

export const writeResults = async (results: Results): Promise<void> =>
	await writeFormatted(RESULTS, JSON.stringify(results));

/** Puts the figures into the page, between the marks, and draws the picture. */
export async function writeReport(results: Results): Promise<void> {
	let page = await readFile(PAGE, 'utf8');
	for (const [name, text] of Object.entries({ summary: summary(results), ...tables(results) })) {
		const marks = new RegExp(`(<!-- ${name}: begin -->).*(<!-- ${name}: end -->)`, 's');
		if (!marks.test(page)) throw new Error(`${PAGE} has no place for: ${name}`);
		page = page.replace(marks, (_, begin: string, end: string) => `${begin}\n\n${text}\n\n${end}`);
	}
	await writeFormatted(PAGE, page);
	await writeFile(PICTURE, picture(results));
}

async function writeFormatted(path: string, text: string): Promise<void> {
	await writeFile(path, await format(text, { ...(await resolveConfig(path)), filepath: path }));
}
