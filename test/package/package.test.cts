import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../..');

/** The package as npm would publish it. */
describe('the published package', () => {
	let folder: string;
	let files: string[];
	let packedBytes: number;

	beforeAll(() => {
		folder = mkdtempSync(join(tmpdir(), 'package-'));
		const [pack] = JSON.parse(
			execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
				cwd: ROOT,
				encoding: 'utf8',
				stdio: ['ignore', 'pipe', 'ignore'],
			}),
		) as Array<{ size: number; files: Array<{ path: string }> }>;
		files = pack!.files.map(({ path }) => path);
		packedBytes = pack!.size;
	});
	afterAll(() => rmSync(folder, { recursive: true, force: true }));

	it('holds the build, README, license, changelog and nothing else', () => {
		expect(files.filter((path) => !path.startsWith('dist/')).sort()).toEqual([
			'CHANGELOG.md',
			'LICENSE.md',
			'README.md',
			'package.json',
		]);
		expect(files.filter((path) => !/\.(js|svg|node\.json)$/.test(path)).sort()).toEqual([
			'CHANGELOG.md',
			'LICENSE.md',
			'README.md',
			'package.json',
		]);
	});

	it('is smaller than 120 KB', () => {
		expect(packedBytes).toBeLessThan(120_000);
	});

	it('has every file that it tells n8n to load', () => {
		const { n8n } = jest.requireActual<{ n8n: { nodes: string[]; credentials: string[] } }>(
			join(ROOT, 'package.json'),
		);
		expect(files).toEqual(expect.arrayContaining([...n8n.nodes, ...n8n.credentials]));
	});

	it('asks for nothing at run time but n8n-workflow, which n8n has', () => {
		const manifest = jest.requireActual<Record<string, unknown>>(join(ROOT, 'package.json'));
		expect(manifest.dependencies ?? {}).toEqual({});
		expect(manifest.peerDependencies).toEqual({ 'n8n-workflow': '*' });
	});

	it('leaves no reference to a file outside of it', () => {
		const used = spawnSync(
			'grep',
			['-rhoE', String.raw`require\("[^."][^"]*"\)`, join(ROOT, 'dist')],
			{ encoding: 'utf8' },
		).stdout;
		expect(new Set(used.trim().split('\n'))).toEqual(
			new Set(['require("n8n-workflow")', 'require("node:crypto")']),
		);
	});
});
