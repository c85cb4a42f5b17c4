import { installN8n } from './install.cts';
import { n8nVersions } from './versions.cts';

/** Installs each n8n that the end-to-end tests run in: they would do it themselves, one after the other, and wait for it. */
async function main(): Promise<void> {
	for (const version of Object.values(n8nVersions)) await installN8n(version);
}

void main();
