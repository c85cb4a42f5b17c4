import { spawn } from 'node:child_process';
import { cp, copyFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSandbox } from '../sandbox/index.cts';
import { exampleNames, exampleWorkflow } from '../test/e2e/exampleWorkflows.cts';
import { owner, type N8nApi, type StoredCredential } from '../test/e2e/n8n/rest.cts';
import { startWithPack } from '../test/e2e/n8n/startWithPack.cts';
import { createSandboxCredential } from '../test/e2e/testBed.cts';

const repository = join(__dirname, '..');
const signingSecret = 'sandbox-signing-secret';

/** n8n with the pack in it, reloaded on change, and all that is needed to try it. */
async function dev(): Promise<void> {
	const { server, api, userFolder } = await startWithPack('2.x', {
		NODE_ENV: 'development',
		N8N_DEV_RELOAD: 'true',
	});
	const sandbox = await startSandbox({ renderSeconds: 20 });
	const magicHourApi = await createSandboxCredential(api, sandbox);
	const credentials = { magicHourApi, ...(await webhookCredential(api)) };
	for (const file of ['talking-head.mp4', 'voice-over.mp3']) {
		await copyFile(join(repository, 'samples', file), join(server.files, file));
	}
	for (const name of exampleNames()) {
		await api.importWorkflow(exampleWorkflow(name, { credentials, files: server.files }));
	}

	const gulp = spawn('npx', ['gulp', 'watch', '--silent'], { cwd: repository, stdio: 'inherit' });
	const stop = async () => {
		gulp.kill();
		await Promise.all([server.stop(), sandbox.close()]);
		process.exit(0);
	};
	process.once('SIGINT', () => void stop());
	process.once('SIGTERM', () => void stop());

	console.log(`
n8n:      ${server.url}/home/workflows
log in:   ${owner.email}, ${owner.password}
sandbox:  ${sandbox.url}
files:    ${server.files}
log:      ${server.log}

The example workflows are there, with credentials for the sandbox. A saved change of the node is in the
editor a moment later. Ctrl+C ends it all.
`);
	await copyOnChange(join(userFolder, '.n8n/nodes/node_modules/n8n-nodes-magic-hour/dist'));
}

async function webhookCredential(api: N8nApi): Promise<Record<string, StoredCredential>> {
	const data = { signingSecret };
	const name = 'Sandbox webhook';
	return { magicHourWebhookApi: await api.createCredential('magicHourWebhookApi', name, data) };
}

/**
 * Brings every new build to where n8n looks for changes. It looks at times instead of listening for events,
 * as Node's recursive watcher dies of a folder that a build deletes.
 */
async function copyOnChange(installed: string): Promise<void> {
	const built = join(repository, 'dist');
	for (let copied = Date.now(); ; await sleep(500)) {
		try {
			const changed = await newestChange(built);
			if (changed <= copied) continue;
			await cp(built, installed, { recursive: true });
			copied = changed;
		} catch {
			// In the middle of a build; the next look finds it whole.
		}
	}
}

/** When a file in the folder was last written, in milliseconds since the epoch. */
async function newestChange(folder: string): Promise<number> {
	const files = await readdir(folder, { recursive: true });
	const stats = await Promise.all(files.map(async (file) => await stat(join(folder, file))));
	return Math.max(...stats.map(({ mtimeMs }) => mtimeMs));
}

dev().catch((error: Error) => {
	console.error(error.message);
	process.exitCode = 1;
});
