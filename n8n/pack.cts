import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const repository = join(__dirname, '..');

/** Packs the built node as npm would publish it. Returns the tarball's path. */
export async function packTarball(destination: string): Promise<string> {
	await mkdir(destination, { recursive: true });
	const { stdout } = await execute(
		'npm',
		['pack', '--ignore-scripts', '--json', '--pack-destination', destination],
		{ cwd: repository },
	);
	const [packed] = JSON.parse(stdout) as Array<{ filename: string }>;
	return join(destination, packed!.filename);
}

/**
 * Puts a community package where n8n puts it, with the steps of n8n's own
 * `CommunityPackagesService.downloadPackage`: that method itself takes packages from the public npm
 * registry only, as any other registry needs a licence.
 */
export async function installPack(tarball: string, userFolder: string): Promise<void> {
	const nodes = join(userFolder, '.n8n', 'nodes');
	const folder = join(nodes, 'node_modules', 'n8n-nodes-magic-hour');
	await rm(folder, { recursive: true, force: true });
	await mkdir(folder, { recursive: true });
	await execute('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1']);

	const manifest = join(folder, 'package.json');
	const published = JSON.parse(await readFile(manifest, 'utf8')) as Record<string, unknown>;
	const { name, version } = published as { name: string; version: string };
	for (const key of ['devDependencies', 'peerDependencies', 'optionalDependencies']) {
		delete published[key];
	}
	await writeFile(manifest, JSON.stringify(published, null, 2));
	await execute(
		'npm',
		[
			...['install', '--audit=false', '--fund=false', '--bin-links=false'],
			...['--install-strategy=shallow', '--ignore-scripts=true', '--package-lock=false'],
		],
		{ cwd: folder },
	);

	const installed = { name: 'installed-nodes', private: true, dependencies: { [name]: version } };
	await writeFile(join(nodes, 'package.json'), JSON.stringify(installed, null, 2));
}
