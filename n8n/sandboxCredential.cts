import type { Sandbox } from '../sandbox/index.cts';
import type { N8nApi, StoredCredential } from './rest.cts';

/** Makes a credential for a sandbox. */
export async function createSandboxCredential(
	api: N8nApi,
	{ apiKey, url }: Sandbox,
): Promise<StoredCredential> {
	return await api.createCredential('magicHourApi', 'Magic Hour sandbox', { apiKey, baseUrl: url });
}
