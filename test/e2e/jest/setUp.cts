import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installN8n } from '../n8n/install.cts';
import { installPack, packTarball } from '../n8n/pack.cts';
import { N8nApi } from '../n8n/rest.cts';
import { N8nServer } from '../n8n/server.cts';
import { chosenTarget, n8nVersions } from '../versions.cts';
import { shareRun } from './run.cts';

/** Before all suites: n8n with the pack in it and an owner. */
export default async function setUp(): Promise<void> {
	const target = chosenTarget();
	const n8n = await installN8n(n8nVersions[target]);
	const userFolder = await mkdtemp(join(tmpdir(), 'n8n-e2e-'));
	const tarball = await packTarball(userFolder);
	await installPack(tarball, userFolder);
	const server = await N8nServer.start({ n8n, userFolder });
	globalThis.n8nServer = server;
	const { url, files, log } = server;
	shareRun({ target, url, files, log, userFolder, tarball });
	await new N8nApi(url).setUpOwner();
}

declare global {
	/** Handed from the set-up to the tear-down. */
	var n8nServer: N8nServer | undefined;
}
