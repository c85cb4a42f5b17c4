import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Listr } from 'listr2';
import type { N8nVersion } from './versions.cts';
import { cached } from './cache.cts';
import { isAtHand, nodeOf, nodePackage, type NodeBinary } from './node.cts';
import { isInstalled, run } from './run.cts';

/** An n8n that is ready to be started. */
export interface InstalledN8n {
	version: N8nVersion;
	node: NodeBinary;
	/** n8n's command line program. */
	bin: string;
	folder: string;
}

/** Returns the n8n release, installing it first when the cache does not hold it whole. */
export async function installN8n(version: N8nVersion): Promise<InstalledN8n> {
	const folder = await cached(
		`n8n-${version.n8n}`,
		manifestOf(version),
		async (into) => await install(version, into),
	);
	return {
		version,
		node: nodeOf(version, folder),
		bin: join(folder, 'node_modules', 'n8n', 'bin', 'n8n'),
		folder,
	};
}

function manifestOf(version: N8nVersion): string {
	const dependencies: Record<string, string> = { n8n: version.n8n };
	if (!isAtHand(version)) dependencies[nodePackage()] = version.node;
	const { overrides } = version;
	return JSON.stringify({ name: 'n8n-e2e', private: true, dependencies, overrides }, null, '\t');
}

async function install(version: N8nVersion, folder: string): Promise<void> {
	if (!(await isInstalled('npm'))) throw new Error('npm is needed to install n8n: install npm.');
	const log = join(folder, 'install.log');
	const npm = async (args: string[], env = process.env) =>
		await run('npm', [...args, '--no-audit', '--no-fund'], { cwd: folder, env, log });

	const steps = new Listr(
		[
			{
				title: `Install n8n ${version.n8n} from npm into ${folder} (3 to 6 minutes, 2.8 GB)`,
				// Of all the install scripts only sqlite3's is needed, and not all of the others build.
				task: async () => await npm(['install', '--ignore-scripts', '--loglevel=error']),
			},
			{
				title: 'Build its SQLite driver (about 2 minutes)',
				task: async () => await buildSqlite(version, folder, npm),
			},
		],
		{ rendererOptions: { timer: { condition: true, field: seconds } } },
	);
	await steps.run();
}

const seconds = (milliseconds: number) => `${Math.round(milliseconds / 1000)} s`;

async function buildSqlite(
	version: N8nVersion,
	folder: string,
	npm: (args: string[], env: NodeJS.ProcessEnv) => Promise<void>,
): Promise<void> {
	const { headers } = nodeOf(version, folder);
	try {
		await npm(['rebuild', 'sqlite3', '--ignore-scripts=false'], {
			...process.env,
			...(headers && { npm_config_nodedir: headers }),
		});
		if (!existsSync(join(folder, 'node_modules', 'sqlite3', 'build'))) {
			throw new Error('npm rebuilt sqlite3, but left no build folder.');
		}
	} catch (error) {
		// A prebuilt driver needs none of these, so they are only asked for when it comes to that.
		const missing = [];
		for (const tool of ['python3', 'make', 'g++']) {
			if (!(await isInstalled(tool))) missing.push(tool);
		}
		if (missing.length === 0) throw error;
		throw new Error(
			`Building n8n's SQLite driver needs ${missing.join(', ')}: install and run again.`,
		);
	}
}
