import type { N8nServer } from '../../../n8n/server.cts';
import { startWithPack } from '../../../n8n/startWithPack.cts';
import { chosenTarget } from '../../../n8n/versions.cts';
import { shareRun } from './run.cts';

/** Before all suites: n8n with the pack in it and an owner. */
export default async function setUp(): Promise<void> {
	const target = chosenTarget();
	const { server, userFolder } = await startWithPack(target);
	globalThis.n8nServer = server;
	const { url, files, log } = server;
	shareRun({ target, url, files, log, userFolder });
}

declare global {
	/** Handed from the set-up to the tear-down. */
	var n8nServer: N8nServer | undefined;
}
