import { join } from 'node:path';

import { cached } from '../n8n/cache.cts';
import { run } from '../n8n/run.cts';

/** The vendor's SDK for Node.js. */
export const SDK = 'magic-hour';

/** Much used packs from npm: the most installed one, the best known one for AI agents, and a vendor's own. */
export const PACKS = ['n8n-nodes-evolution-api', 'n8n-nodes-mcp', '@mendable/n8n-nodes-firecrawl'];

/** What is measured beside the node. It isn't a dependency, and is kept outside the repository. */
export const VERSIONS: Record<string, string> = {
	[SDK]: '0.43.1',
	'n8n-nodes-evolution-api': '1.0.4',
	'n8n-nodes-mcp': '0.1.37',
	'@mendable/n8n-nodes-firecrawl': '2.1.2',
};

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
	return await cached('bench', MANIFEST, async (folder) => {
		// Peers are n8n's own packages, which are here already.
		await run(
			'npm',
			['install', '--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund'],
			{ cwd: folder, log: join(folder, 'install.log') },
		);
	});
}
