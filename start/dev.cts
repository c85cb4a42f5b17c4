import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, cp, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { startSandbox } from '../sandbox/index.cts';
import { startSampleServer } from '../n8n/sampleServer.cts';
import { exampleNames, exampleWorkflow } from '../n8n/exampleWorkflows.cts';
import { owner, type N8nApi, type StoredCredential } from '../n8n/rest.cts';
import { startWithPackIn } from '../n8n/startWithPack.cts';
import { createSandboxCredential } from '../n8n/sandboxCredential.cts';

const repository = join(__dirname, '..');
const signingSecret = 'sandbox-signing-secret';

/** What has to be undone at the end, the last thing first. */
const undo: Array<() => Promise<unknown>> = [];

new Command('npm run dev')
	.description(
		'Starts an n8n with the pack in it, the sandbox and the example workflows, and loads every saved change. The first time, n8n is installed, which takes minutes and 3 GB.',
	)
	.allowExcessArguments(false)
	.parse();

/** n8n with the pack in it, reloaded on change, and all that is needed to try it. */
async function dev(): Promise<void> {
	const userFolder = await mkdtemp(join(tmpdir(), 'n8n-dev-'));
	undo.push(async () => await rm(userFolder, { recursive: true, force: true }));
	console.log(`Starting n8n …`);
	const { server, api } = await startWithPackIn(userFolder, '2.x', {
		NODE_ENV: 'development',
		N8N_DEV_RELOAD: 'true',
	});
	undo.push(async () => await server.stop());
	const sandbox = await startSandbox({ renderSeconds: 20 });
	undo.push(async () => await sandbox.close());

	const web = await startSampleServer();
	undo.push(async () => await web.stop());

	const magicHourApi = await createSandboxCredential(api, sandbox);
	const credentials = { magicHourApi, ...(await webhookCredential(api)) };
	for (const file of ['talking-head.mp4', 'voice-over.mp3']) {
		await copyFile(join(repository, 'samples', file), join(server.files, file));
	}
	for (const name of exampleNames()) {
		const setUp = { credentials, files: server.files, web: web.url };
		await api.importWorkflow(exampleWorkflow(name, setUp));
	}
	watchSources();

	console.log(`
n8n:      ${server.url}/home/workflows
log in:   ${owner.email}, ${owner.password}
sandbox:  ${sandbox.url}
files:    ${server.files}
log:      ${server.log}

In it: ${exampleNames().length} example workflows, and credentials for the sandbox. A saved change is built,
and n8n told to load it. Ctrl+C ends it all and removes the files.
`);
	await copyOnChange(join(userFolder, '.n8n/nodes/node_modules/n8n-nodes-magic-hour/dist'));
}

async function webhookCredential(api: N8nApi): Promise<Record<string, StoredCredential>> {
	const data = { signingSecret };
	const name = 'Sandbox webhook';
	return { magicHourWebhookApi: await api.createCredential('magicHourWebhookApi', name, data) };
}

function watchSources(): void {
	const gulp = spawn(
		process.execPath,
		[join(repository, 'node_modules/gulp/bin/gulp.js'), 'watch', '--silent'],
		{
			cwd: repository,
			stdio: 'inherit',
		},
	);
	undo.push(async () => {
		if (gulp.exitCode !== null || gulp.signalCode !== null) return;
		const closed = once(gulp, 'close');
		gulp.kill();
		await closed;
	});
}

/**
 * Brings every changed file to where n8n looks for changes, and no other: n8n loads the pack again for each. It
 * compares instead of listening for events, as Node's recursive watcher dies of a folder that a build deletes.
 */
async function copyOnChange(installed: string): Promise<void> {
	const built = join(repository, 'dist');
	for (; !ending; await sleep(500)) {
		try {
			for (const file of await readdir(built, { recursive: true, withFileTypes: true })) {
				if (!file.isFile()) continue;
				const from = join(file.parentPath, file.name);
				const to = join(installed, relative(built, from));
				// A compiler empties a file before it writes it.
				if (Date.now() - (await stat(from)).mtimeMs < 300) continue;
				const before = await readFile(to).catch(() => undefined);
				if (before?.equals(await readFile(from)) !== true) await cp(from, to);
			}
		} catch {
			// In the middle of a build; the next look finds it whole.
		}
	}
}

let ending = false;

const running = dev().catch((error: Error) => {
	// Ctrl+C reaches n8n as well, which then ends in the middle of its start.
	if (!ending) console.error(error.message);
	process.exitCode = ending ? 0 : 1;
});

/** Ends what was started, also when it is still starting. */
async function end(): Promise<void> {
	if (ending) return;
	ending = true;
	console.log('Ending n8n and the sandbox …');
	await running;
	for (const step of undo.reverse()) await step();
	process.exit();
}

process.on('SIGINT', () => void end());
process.on('SIGTERM', () => void end());
void running.then(end);
