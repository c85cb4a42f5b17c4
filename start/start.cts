import { Listr } from 'listr2';

import { Engine } from '../engine/engine.cts';
import type { StartOptions } from './options.cts';
import { demandSuccess } from './outcome.cts';
import { estimatesOf, saveResults, type Result } from './results.cts';
import { openService } from './service.cts';
import { Steps } from './steps.cts';
import { estimateOf, firstJob } from './workflow.cts';

interface Progress {
	engine: Engine;
	/** Credits, of each item. */
	estimates: number[];
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
	const workflow = firstJob(options, service.pollInterval);
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
				title: 'Estimate the price',
				task: async (context, task) => {
					const credentials = { magicHourApi: service.credential };
					const asked = context.engine.execute(estimateOf(workflow), { credentials });
					context.estimates = estimatesOf(demandSuccess(await asked.result));
					const credits = context.estimates.reduce((sum, estimate) => sum + estimate, 0);
					task.title = `Estimate the price: ${credits} credits`;
				},
			},
			{
				title: 'Run workflows/first-job.json',
				task: (context, task) => {
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
				task: async ({ engine, estimates, steps }) => {
					const run = await steps.result;
					progress.results = await saveResults(engine, { run, estimates }, options.output);
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
