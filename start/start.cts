import { Listr } from 'listr2';

import { Engine } from '../engine/engine.cts';
import type { StartOptions } from './options.cts';
import { saveResults, type Result } from './results.cts';
import { openService } from './service.cts';
import { Steps } from './steps.cts';
import { firstJob } from './workflow.cts';

interface Progress {
	engine: Engine;
	steps: Steps;
	results: Result[];
}

/**
 * Runs the example workflow, shows how far it is, and saves what it made.
 * @param signal stops the workflow, as the Stop button of the editor does
 * @throws Failure when there is no result
 */
export async function start(options: StartOptions, signal: AbortSignal): Promise<Result[]> {
	const service = await openService(options);
	const progress = {} as Progress;
	const tasks = new Listr<Progress>(
		[
			{
				title: "Load n8n's engine and the node",
				task: async (context) => {
					context.engine = await Engine.start();
				},
			},
			{
				title: 'Run workflows/first-job.json',
				task: (context, task) => {
					const workflow = firstJob(options, service.pollInterval);
					const steps = (context.steps = new Steps(context.engine, workflow, service, signal));
					return task.newListr(
						steps.names.map((name) => ({
							title: name,
							task: async (_, step) => steps.follow(name, (text) => (step.output = text)),
						})),
					);
				},
			},
			{
				title: 'Save the result',
				task: async ({ engine, steps }) => {
					progress.results = await saveResults(engine, await steps.result, options.output);
				},
			},
		],
		{
			ctx: progress,
			registerSignalListeners: false,
			rendererOptions: { showErrorMessage: false, collapseSubtasks: false },
		},
	);
	try {
		console.log(service.introduction);
		await tasks.run().catch(async (error) => {
			await progress.steps?.result;
			throw error;
		});
		return progress.results;
	} finally {
		await progress.engine?.stop();
		await service.close();
	}
}
