import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let folder: string | undefined;

/**
 * Gives n8n-core a user folder of its own, in which it keeps a settings file: not that of the n8n a person may
 * have here. One for the process, because n8n-core looks for it once; it goes with the process.
 */
export function useOwnUserFolder(): void {
	if (folder !== undefined) return;
	const made = mkdtempSync(join(tmpdir(), 'n8n-user-'));
	process.env.N8N_USER_FOLDER = folder = made;
	process.once('exit', () => rmSync(made, { recursive: true, force: true }));
}
