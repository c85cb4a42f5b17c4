import { execFile } from 'node:child_process';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import Table from 'cli-table3';
import type { INode } from 'n8n-workflow';

import type { WorkflowJson } from '../engine/engine.cts';
import { startSandbox, type Sandbox } from '../sandbox/index.cts';

const MEGABYTE = 1024 ** 2;

/** Bytes. */
const SMALL = MEGABYTE / 16;
const LARGE = 1024 * MEGABYTE;
const MOST_GROWTH = 100 * MEGABYTE;

/**
 * How much memory a file costs on its way through the node. Each figure is the peak of a fresh process that
 * runs n8n's engine; the sandbox is in another process (this one), so its memory is not counted.
 */
async function main(): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), 'upload-memory-'));
	const sandbox = await startSandbox({ queueSeconds: 0, renderSeconds: 0 });
	try {
		const uploads = await compare(async (bytes) => measureUpload(sandbox, folder, bytes));
		const downloads = await compare(async (bytes) => measureDownload(sandbox, bytes));
		const table = new Table({
			head: ['', 'peak for 64 KiB', 'peak for 1 GiB', 'growth', 'seconds for 1 GiB'],
			colAligns: ['left', 'right', 'right', 'right', 'right'],
			style: { head: [], border: [] },
		});
		table.push(['upload', ...uploads.cells], ['download', ...downloads.cells]);
		console.log(table.toString());
		console.log(`Allowed: ${MOST_GROWTH / MEGABYTE} MB more than for a small file.`);
		if (Math.max(uploads.growth, downloads.growth) > MOST_GROWTH) process.exitCode = 1;
	} finally {
		await sandbox.close();
		await rm(folder, { recursive: true, force: true });
	}
}

async function compare(peakOf: (bytes: number) => Promise<number>) {
	const small = await peakOf(SMALL);
	const begin = performance.now();
	const large = await peakOf(LARGE);
	const seconds = (performance.now() - begin) / 1000;
	const growth = large - small;
	const megabytes = (bytes: number) => `${(bytes / MEGABYTE).toFixed(0)} MB`;
	return {
		growth,
		cells: [megabytes(small), megabytes(large), megabytes(growth), seconds.toFixed(1)],
	};
}

/** Reads a file from disk, as n8n's own node does it, and uploads it. */
async function measureUpload(sandbox: Sandbox, folder: string, bytes: number): Promise<number> {
	sandbox.reset();
	const path = join(folder, 'video.mp4');
	await writeFile(path, '');
	await truncate(path, bytes);
	const peak = await peakOf(
		sandbox,
		node('Read', 'n8n-nodes-base.readWriteFile', { fileSelector: path }),
		node('Upload', MAGIC_HOUR, { resource: 'file', operation: 'upload', fileType: 'video' }),
	);
	const [stored] = sandbox.uploads.values();
	if (stored?.bytes !== bytes) throw new Error(`${stored?.bytes} of ${bytes} bytes arrived`);
	return peak;
}

/** Creates a job whose result is of that size, and loads it into n8n's storage. */
async function measureDownload(sandbox: Sandbox, bytes: number): Promise<number> {
	sandbox.reset();
	const result = Buffer.alloc(bytes);
	sandbox.setScript(() => ({ result }));
	return await peakOf(
		sandbox,
		node('Create', MAGIC_HOUR, {
			audioFilePath: 'https://example.com/voice.mp3',
			videoFilePath: 'https://example.com/head.mp4',
			waitForCompletion: true,
			options: { pollInterval: 0.1 },
		}),
		node('Download', MAGIC_HOUR, {
			resource: 'project',
			operation: 'download',
			projectId: { __rl: true, mode: 'id', value: '={{ $json.id }}' },
		}),
	);
}

const MAGIC_HOUR = 'n8n-nodes-magic-hour.magicHourLipSync';

const node = (name: string, type: string, parameters: INode['parameters']): INode => ({
	id: name,
	name,
	type,
	typeVersion: 1,
	position: [0, 0],
	parameters,
	...(type === MAGIC_HOUR && { credentials: { magicHourApi: { id: '', name: '' } } }),
});

/** @returns the peak memory, in bytes, of a process that runs the nodes one after the other */
async function peakOf({ apiKey, url }: Sandbox, ...steps: INode[]): Promise<number> {
	const nodes = [node('Start', 'n8n-nodes-base.manualTrigger', {}), ...steps];
	const workflow: WorkflowJson = {
		nodes,
		connections: Object.fromEntries(
			nodes
				.slice(1)
				.map(({ name }, index) => [
					nodes[index]!.name,
					{ main: [[{ node: name, type: 'main', index: 0 }]] },
				]),
		),
	};
	const input = JSON.stringify({ workflow, credential: { apiKey, baseUrl: url } });
	const script = join(__dirname, 'engineRun.cts');
	const { stdout } = await promisify(execFile)(process.execPath, [
		...['--require', 'tsx/cjs'],
		script,
		input,
	]);
	return (JSON.parse(stdout.trim().split('\n').at(-1)!) as { peakBytes: number }).peakBytes;
}

main().catch((error) => {
	console.error(error);
	process.exitCode = 1;
});
