import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The parts of `@n8n/scan-community-package` that are used here; it has no types of its own. */
interface Scanner {
	SOURCE_FILE_PATTERNS: string[];
	analyzePackage(
		folder: string,
		filePatterns?: string[],
	): Promise<{ passed: boolean; message?: string; details?: string }>;
}

const ROOT = resolve(__dirname, '..');

/** Packs the project as `npm publish` would and unpacks it again. */
function packedInto(folder: string): string {
	execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: ROOT });
	const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
	if (tarball === undefined) throw new Error('npm pack made no tarball');
	const unpacked = join(folder, 'package');
	mkdirSync(unpacked);
	execFileSync('tar', ['-xzf', tarball, '-C', 'package', '--strip-components=1'], { cwd: folder });
	return unpacked;
}

/**
 * What n8n's scanner does with a published package, done before it is published: the sources and the packed
 * files are held to all of its rules, and comments that switch a rule off do not count. Its command line takes
 * only packages that are on npm already, because it also checks where those were built; `publish.yml` runs it.
 */
async function main(): Promise<void> {
	const path = require.resolve('@n8n/scan-community-package/scanner/scanner.mjs');
	const scanner = (await import(path)) as Scanner;
	const folder = mkdtempSync(join(tmpdir(), 'check-package-'));
	try {
		const scans = {
			'Sources that are packed': await scanner.analyzePackage(ROOT, scanner.SOURCE_FILE_PATTERNS),
			'Package as npm gets it': await scanner.analyzePackage(packedInto(folder), [
				'**/*.js',
				'package.json',
			]),
		};
		for (const [name, { passed, message = '', details = '' }] of Object.entries(scans)) {
			console.log(`${name}: ${passed ? 'passed' : `failed. ${message}\n${details}`}`);
			if (!passed) process.exitCode = 1;
		}
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

void main();
