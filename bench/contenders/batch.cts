import { join } from 'node:path';

import type { Sandbox } from '../../sandbox/index.cts';
import { MeasuredProcess } from '../measured/process.cts';
import type { EngineResult, EngineTask } from '../measured/engine.cts';
import type { SdkTask } from '../measured/sdk.cts';
import type { SequentialTask } from '../measured/sequential.cts';
import { credentialsFor, JOB, lineOf, loopOf, magicHour, REQUEST_BODY } from '../workflows.cts';

const program = (name: string) => join(__dirname, '..', 'measured', `${name}.cts`);
export const ENGINE = program('engine');
export const SDK_PROGRAM = program('sdk');

/** What a batch is measured with. */
export interface BatchTask {
	sandbox: Sandbox;
	jobs: number;
	/** Every pause between status checks is multiplied by this, as the renders are. */
	timeScale: number;
	/** Options of the node besides its defaults. */
	options?: { pollInterval?: number };
	/** Where the SDK is installed. */
	folder: string;
	/** Two small files on disk, for the SDK, which takes no others. */
	files: { audio: string; video: string };
}

/** One way to bring a batch of jobs to its end; each makes a process that is ready to do it. */
export type BatchContender = (task: BatchTask) => Promise<MeasuredProcess<unknown>>;

/** Seconds: the node's default, and what the others are given where they have none. */
const POLL_INTERVAL = 3;
/** Seconds: the SDK's default. */
export const SDK_POLL_INTERVAL = 0.5;

export const theNode: BatchContender = async ({ sandbox, jobs, timeScale, options }) => {
	const { pollInterval = POLL_INTERVAL } = options ?? {};
	const workflowOf = (items: number) =>
		lineOf(
			items,
			magicHour('Lip Sync', {
				...JOB,
				output: 'videoUrl',
				options: { pollInterval: pollInterval * timeScale },
			}),
		);
	return await MeasuredProcess.start<EngineTask, EngineResult>(ENGINE, {
		workflow: workflowOf(jobs),
		warmUp: workflowOf(1),
		credentials: credentialsFor(sandbox),
	});
};

export const builtInNodes: BatchContender = async ({ sandbox, jobs, timeScale }) =>
	await MeasuredProcess.start<EngineTask, EngineResult>(ENGINE, {
		workflow: loopOf(jobs, sandbox.url, POLL_INTERVAL * timeScale),
		warmUp: loopOf(1, sandbox.url, 0),
		credentials: credentialsFor(sandbox),
	});

export const vendorSdk: BatchContender = async ({ sandbox, jobs, timeScale, folder, files }) =>
	await MeasuredProcess.start<SdkTask, unknown>(
		SDK_PROGRAM,
		{
			folder,
			baseUrl: sandbox.url,
			apiKey: sandbox.apiKey,
			warmUp: { kind: 'generate', jobs: 1, ...files },
			action: { kind: 'generate', jobs, ...files },
		},
		{
			MAGIC_HOUR_POLL_INTERVAL: String(SDK_POLL_INTERVAL * timeScale),
			// A line for every status check is its default, and costs time of its own.
			MAGIC_HOUR_LOG_LEVEL: 'error',
		},
	);

export const sequentialLoop: BatchContender = async ({ sandbox, jobs, timeScale }) =>
	await MeasuredProcess.start<SequentialTask, number>(program('sequential'), {
		baseUrl: sandbox.url,
		apiKey: sandbox.apiKey,
		jobs,
		pollInterval: POLL_INTERVAL * timeScale,
		body: REQUEST_BODY,
	});
