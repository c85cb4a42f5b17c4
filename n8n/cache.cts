import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where is kept what takes long to install: outside the repository, once per machine. */
export const cacheFolder = () =>
	resolve(process.env.N8N_E2E_CACHE ?? join(homedir(), '.cache', 'n8n-nodes-magic-hour'));

/**
 * A folder of the cache with what a `package.json` asks for.
 * @param name of the folder
 * @param manifest the text of that `package.json`
 * @param install is called in an empty folder but for the `package.json`, unless the cache has just that already
 * @returns the path of the folder
 */
export async function cached(
	name: string,
	manifest: string,
	install: (folder: string) => Promise<void>,
): Promise<string> {
	const folder = join(cacheFolder(), name);
	// Written last and holding what was installed: without it, the folder is a half-made install.
	const marker = join(folder, 'complete.json');
	if ((await readFile(marker, 'utf8').catch(() => '')) === manifest) return folder;
	await rm(folder, { recursive: true, force: true });
	await mkdir(folder, { recursive: true });
	await writeFile(join(folder, 'package.json'), manifest);
	await install(folder);
	await writeFile(marker, manifest);
	return folder;
}
