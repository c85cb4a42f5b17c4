import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { INode } from 'n8n-workflow';

import type { Sandbox } from '../../sandbox/index.cts';
import type { EngineResult, EngineTask } from '../measured/engine.cts';
import { MeasuredProcess } from '../measured/process.cts';
import type { SdkTask } from '../measured/sdk.cts';
import { credentialsFor, httpRequest, lineOf, magicHour, readFile as read } from '../workflows.cts';
import { ENGINE, SDK_PROGRAM } from './batch.cts';

/** What one transfer of a file cost. */
export interface FileFigures {
	seconds: number;
	/** Undefined where the system does not tell. */
	peakBytes?: number;
}

/** A file on its way up or down. */
export interface FileTask {
	sandbox: Sandbox;
	/** The file on disk; a download is not looked at. */
	path: string;
	/** A small one, for warming up. */
	smallPath: string;
	/** Finished jobs with a result of that size, and of a small one. */
	jobId: string;
	smallJobId: string;
	/** A folder for what is downloaded. */
	scratch: string;
	/** Where the SDK is installed. */
	folder: string;
}

export type FileContender = (task: FileTask) => Promise<FileFigures>;

/** The time is that of the node that transfers; the node that reads the file before it is not counted. */
async function inEngine(sandbox: Sandbox, stepsOf: (small: boolean) => Promise<INode[]>) {
	const steps = await stepsOf(false);
	const ready = await MeasuredProcess.start<EngineTask, EngineResult>(ENGINE, {
		workflow: lineOf(1, ...steps),
		warmUp: lineOf(1, ...(await stepsOf(true))),
		credentials: credentialsFor(sandbox),
	});
	const { result, peakBytes } = await ready.run();
	return { seconds: result.nodes[steps.at(-1)!.name]!, peakBytes };
}

async function inSdk(
	{ sandbox: { url, apiKey }, folder }: FileTask,
	warmUp: SdkTask['action'],
	action: SdkTask['action'],
) {
	const task = { folder, baseUrl: url, apiKey, warmUp, action };
	const ready = await MeasuredProcess.start<SdkTask, unknown>(SDK_PROGRAM, task, {
		MAGIC_HOUR_LOG_LEVEL: 'error',
	});
	const { seconds, peakBytes } = await ready.run();
	return { seconds, peakBytes };
}

export const nodeUpload: FileContender = async ({ sandbox, path, smallPath }) =>
	await inEngine(sandbox, async (small) => [
		read(small ? smallPath : path),
		magicHour('Upload', { resource: 'file', operation: 'upload', fileType: 'video' }),
	]);

/** An HTTP Request node that puts a file to an upload address. */
const httpPut = (url: string, options: INode['parameters']): INode =>
	httpRequest('Upload', {
		authentication: 'none',
		method: 'PUT',
		url,
		sendBody: true,
		contentType: 'binaryData',
		inputDataFieldName: 'data',
		options,
	});

const httpUploadWith =
	(options: INode['parameters']): FileContender =>
	async ({ sandbox, path, smallPath }) =>
		await inEngine(sandbox, async (small) => [
			read(small ? smallPath : path),
			httpPut(await uploadAddress(sandbox), options),
		]);

export const httpUpload = httpUploadWith({});

/** With redirects off, which is what keeps n8n from holding the file in memory. */
export const httpUploadNoRedirects = httpUploadWith({
	redirect: { redirect: { followRedirects: false } },
});

export const sdkUpload: FileContender = async (task) =>
	await inSdk(task, { kind: 'upload', file: task.smallPath }, { kind: 'upload', file: task.path });

export const curlUpload: FileContender = async ({ sandbox, path }) =>
	await curl(['--upload-file', path, await uploadAddress(sandbox)]);

export const nodeDownload: FileContender = async ({ sandbox, jobId, smallJobId }) =>
	await inEngine(sandbox, async (small) => [
		magicHour('Download', {
			resource: 'project',
			operation: 'download',
			projectId: { __rl: true, mode: 'id', value: small ? smallJobId : jobId },
		}),
	]);

export const httpDownload: FileContender = async ({ sandbox, jobId, smallJobId }) =>
	await inEngine(sandbox, async (small) => [
		httpRequest('Download', {
			authentication: 'none',
			url: downloadAddress(sandbox, small ? smallJobId : jobId),
			options: { response: { response: { responseFormat: 'file' } } },
		}),
	]);

export const sdkDownload: FileContender = async (task) =>
	await inSdk(
		task,
		{ kind: 'download', id: task.smallJobId, into: task.scratch },
		{ kind: 'download', id: task.jobId, into: task.scratch },
	);

export const curlDownload: FileContender = async ({ sandbox, jobId, scratch }) => {
	const path = join(scratch, 'curl.mp4');
	const figures = await curl(['--output', path, downloadAddress(sandbox, jobId)]);
	await rm(path);
	return figures;
};

/** Milliseconds between two looks at how much memory curl has had. */
const LOOK_INTERVAL = 20;

/** curl in a process of its own; the time is that which it states itself. */
async function curl(args: string[]): Promise<FileFigures> {
	let peakBytes: number | undefined;
	const seconds = await new Promise<number>((resolve, reject) => {
		const child = execFile(
			'curl',
			['--silent', '--show-error', '--fail', '--write-out', '%{time_total}', ...args],
			(error, stdout) => {
				clearInterval(looking);
				if (error) reject(error);
				else resolve(Number(stdout));
			},
		);
		const look = async () => {
			peakBytes = (await highWater(child.pid!)) ?? peakBytes;
		};
		const looking = setInterval(() => void look(), LOOK_INTERVAL);
		void look();
	});
	return { seconds, peakBytes };
}

/** @returns the most memory, in bytes, that a process has had; only Linux tells */
async function highWater(pid: number): Promise<number | undefined> {
	const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
	const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
	return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

async function uploadAddress({ url, apiKey }: Sandbox): Promise<string> {
	const response = await fetch(`${url}/v1/files/upload-urls`, {
		method: 'POST',
		headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
		body: JSON.stringify({ items: [{ type: 'video', extension: 'mp4' }] }),
	});
	const { items } = (await response.json()) as { items: Array<{ upload_url: string }> };
	return items[0]!.upload_url;
}

const downloadAddress = ({ jobs }: Sandbox, id: string): string =>
	jobs.find((job) => job.id === id)!.project.downloads[0]!.url;
