import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { n8nVersions, type N8nTarget } from './versions.cts';
import { installN8n } from './install.cts';
import { installPack, packTarball } from './pack.cts';
import { N8nApi } from './rest.cts';
import { N8nServer } from './server.cts';

/**
 * A new n8n with the pack in it, and its owner logged in.
 * @param env environment variables for n8n, beside the usual ones
 */
export async function startWithPack(
	target: N8nTarget,
	env?: Record<string, string>,
): Promise<{ server: N8nServer; api: N8nApi; userFolder: string }> {
	const userFolder = await mkdtemp(join(tmpdir(), 'n8n-e2e-'));
	return { ...(await startWithPackIn(userFolder, target, env)), userFolder };
}

/** The same in a folder of the caller's. */
export async function startWithPackIn(
	userFolder: string,
	target: N8nTarget,
	env?: Record<string, string>,
): Promise<{ server: N8nServer; api: N8nApi }> {
	const n8n = await installN8n(n8nVersions[target]);
	await installPack(await packTarball(userFolder), userFolder);
	const server = await N8nServer.start({ n8n, userFolder, env });
	const api = new N8nApi(server.url);
	await api.setUpOwner();
	return { server, api };
}
