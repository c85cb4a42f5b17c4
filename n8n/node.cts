import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { N8nVersion } from './versions.cts';

/** A Node binary, and the folder of its headers when it has one. */
export interface NodeBinary {
	path: string;
	headers?: string;
}

const major = (version: string) => version.replace(/^v/, '').split('.')[0];

/** Whether the Node that runs this is also the one the n8n release wants. */
export const isAtHand = (version: N8nVersion) => major(process.version) === major(version.node);

/** The npm package with the Node binary (and headers) for this machine. */
export function nodePackage(): string {
	const platform = process.platform === 'win32' ? 'win' : process.platform;
	const prefix = platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
	return `${prefix}-${platform}-${process.arch}`;
}

/** The Node an installed n8n runs on. */
export function nodeOf(version: N8nVersion, folder: string): NodeBinary {
	const path = isAtHand(version)
		? process.execPath
		: join(folder, 'node_modules', nodePackage(), 'bin', 'node');
	const prefix = dirname(dirname(path));
	return {
		path,
		headers: existsSync(join(prefix, 'include', 'node', 'node.h')) ? prefix : undefined,
	};
}
