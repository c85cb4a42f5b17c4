import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { errorCodes, errorMessages } from './sourceTexts.cts';

const ROOT = join(__dirname, '../..');
const text = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const PAGES = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));

describe('docs/errors.md', () => {
	const page = text('docs/errors.md').replace(/\s+/g, ' ');

	it('has every message of the nodes', () => {
		const messages = errorMessages();
		expect(messages.length).toBeGreaterThan(30);
		expect(messages.filter((message) => !page.includes(message))).toEqual([]);
	});

	it('has every code', () => {
		const codes = errorCodes();
		expect(codes).toEqual(expect.arrayContaining(['job_may_exist', 'timeout', 'ECONNREFUSED']));
		expect(codes.filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
	});
});

describe('docs/operations.md', () => {
	const page = text('docs/operations.md');

	it('has every field of the nodes under the name the editor shows', () => {
		const labels = ['MagicHourLipSync', 'MagicHourLipSyncTrigger'].flatMap((folder) =>
			readdirSync(join(ROOT, 'nodes', folder), { recursive: true, encoding: 'utf8' })
				.filter((name) => name.endsWith('ields.ts') || name.endsWith('.operation.ts'))
				.concat(folder === 'MagicHourLipSyncTrigger' ? ['properties.ts'] : [])
				.flatMap((name) => [
					...text(`nodes/${folder}/${name}`).matchAll(/displayName: '([^']+)',\n\t*name:/g),
				])
				.map(([, label]) => label!)
				.filter((label) => !label.startsWith('By ') && !label.includes('<')),
		);
		expect(labels.length).toBeGreaterThan(20);
		expect(labels.filter((label) => !page.includes(label))).toEqual([]);
	});
});

describe('docs/cookbook.md', () => {
	it('has every example workflow', () => {
		const page = text('docs/cookbook.md');
		const missing = readdirSync(join(ROOT, 'workflows')).filter(
			(name) => !page.includes(`../workflows/${name}`),
		);
		expect(missing).toEqual([]);
	});
});

describe('the documentation', () => {
	it.each([
		'README.md',
		...['SECURITY.md', 'CONTRIBUTING.md', 'VERIFICATION.md'],
		...PAGES.map((name) => `docs/${name}`),
	])('%s links only to what is there', (file) => {
		const links = [...text(file).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)];
		const dead = links
			.map(([, link]) => link!)
			.filter((link) => !existsSync(join(ROOT, dirname(file), link)));
		expect(dead).toEqual([]);
	});

	it('names only commands and files that exist', () => {
		const { scripts } = JSON.parse(text('package.json')) as { scripts: Record<string, string> };
		const pages = ['SECURITY.md', 'CONTRIBUTING.md', 'VERIFICATION.md'].concat(
			PAGES.map((name) => `docs/${name}`),
		);
		const commands = pages.flatMap((file) => [...text(file).matchAll(/npm run ([\w:-]+)/g)]);
		const paths = pages.flatMap((file) => [
			...text(file).matchAll(/`((?:nodes|test|sandbox|engine|tools|start)\/[\w/.-]+)`/g),
		]);
		expect(commands.filter(([, name]) => !(name! in scripts)).map(([all]) => all)).toEqual([]);
		expect(
			paths.filter(([, path]) => !existsSync(join(ROOT, path!))).map(([, path]) => path),
		).toEqual([]);
	});
});
