import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { cacheFolder } from '../test/e2e/n8n/install.cts';
import { run } from '../test/e2e/n8n/run.cts';

/** The vendor's SDK for Node.js. */
export const SDK = 'magic-hour';

/** Much used packs from npm: the most installed one, the best known one for AI agents, and a vendor's own. */
export const PACKS = ['n8n-nodes-evolution-api', 'n8n-nodes-mcp', '@mendable/n8n-nodes-firecrawl'];

/** What is measured beside the node. It is no dependency of it, and is kept outside the repository. */
export const VERSIONS: Record<string, string> = {
	[SDK]: '0.43.1',
	'n8n-nodes-evolution-api': '1.0.4',
	'n8n-nodes-mcp': '0.1.37',
	'@mendable/n8n-nodes-firecrawl': '2.1.2',
};

const folder = join(cacheFolder(), 'bench');

/** Written last and holding what was installed: without it, the folder is a half-made install. */
const MARKER = join(folder, 'complete.json');

const MANIFEST = JSON.stringify(
	{ name: 'bench', private: true, dependencies: VERSIONS },
	null,
	'\t',
);

/**
 * Installs what is measured beside the node, unless it is there.
 * @returns the folder with its `node_modules`
 */
export async function installContenders(): Promise<string> {
	if ((await readFile(MARKER, 'utf8').catch(() => '')) === MANIFEST) return folder;
	await rm(folder, { recursive: true, force: true });
	await mkdir(folder, { recursive: true });
	await writeFile(join(folder, 'package.json'), MANIFEST);
	// Peers are n8n's own packages, which are here already.
	await run(
		'npm',
		['install', '--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund'],
		{ cwd: folder, log: join(folder, 'install.log') },
	);
	await writeFile(MARKER, MANIFEST);
	return folder;
}
