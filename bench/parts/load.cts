import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { PACKS } from '../install.cts';
import type { LoadRow } from '../results.cts';
import { rotated, sample } from '../statistics.cts';
import type { Surroundings } from './part.cts';

const ROOT = resolve(__dirname, '../..');

/** A pack as npm delivers it. */
interface Pack {
	name: string;
	folder: string;
}

/** @param folder where the other packs are installed */
const packsIn = (folder: string): Pack[] => [
	{ name: 'n8n-nodes-magic-hour', folder: ROOT },
	...PACKS.map((name) => ({ name, folder: join(folder, 'node_modules', name) })),
];

/**
 * How long n8n waits for the files of a pack when it starts: `require` of each, in a fresh process in which
 * n8n-workflow is loaded already, as it is in n8n.
 * @returns milliseconds
 */
function loadOnce({ folder }: Pack): number {
	const program = `
		require('n8n-workflow');
		const { n8n } = require(${JSON.stringify(join(folder, 'package.json'))});
		const begin = process.hrtime.bigint();
		for (const file of [...n8n.nodes, ...n8n.credentials]) require(require('path').join(${JSON.stringify(folder)}, file));
		console.log(Number(process.hrtime.bigint() - begin) / 1e6);
	`;
	const env = { ...process.env, NODE_PATH: join(ROOT, 'node_modules') };
	return Number(
		execFileSync(process.execPath, ['-e', program], { cwd: ROOT, env, encoding: 'utf8' }),
	);
}

interface PackSize {
	/** Bytes of the tarball. */
	packed: number;
	/** Bytes. */
	unpacked: number;
	files: number;
	version: string;
	/** Of its own, without those of its dependencies. */
	dependencies: number;
}

/** What `npm pack` makes of it. */
function sizeOf({ folder }: Pack): PackSize {
	const answer = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
		cwd: folder,
		encoding: 'utf8',
		stdio: ['ignore', 'pipe', 'ignore'],
	});
	const [{ size, unpackedSize, entryCount }] = JSON.parse(answer) as [
		{ size: number; unpackedSize: number; entryCount: number },
	];
	const { version, dependencies = {} } = JSON.parse(
		readFileSync(join(folder, 'package.json'), 'utf8'),
	) as { version: string; dependencies?: Record<string, string> };
	return {
		version,
		packed: size,
		unpacked: unpackedSize,
		files: entryCount,
		dependencies: Object.keys(dependencies).length,
	};
}

const REPEATS = 9;

/** All packs, side by side. */
export async function measureLoad({ folder, tell }: Surroundings): Promise<LoadRow[]> {
	const packs = packsIn(folder);
	const times = new Map(packs.map((pack) => [pack, [] as number[]]));
	// The first of all reads the files from disk.
	for (const pack of packs) loadOnce(pack);
	for (let repeat = 0; repeat < REPEATS; repeat++) {
		tell(`loading, ${repeat + 1} of ${REPEATS}`);
		for (const pack of rotated(packs, repeat)) times.get(pack)!.push(loadOnce(pack));
	}
	return packs.map((pack) => ({
		pack: pack.name,
		milliseconds: sample(times.get(pack)!),
		...sizeOf(pack),
	}));
}
