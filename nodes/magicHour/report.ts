import type { ItemOutput } from './operation';
import { Problem } from './problem';
import type { Run } from './run';

/** After a batch of jobs: a hint on the node's output. */
export function reportJobs(results: ReadonlyArray<ItemOutput | Problem>, run: Run): void {
	if (results.length > 1)
		run.ctx.addExecutionHints({ message: summary(results, run), location: 'outputPane' });
}

function summary(results: ReadonlyArray<ItemOutput | Problem>, run: Run): string {
	const outputs = results.filter((result): result is ItemOutput => !(result instanceof Problem));
	const credits = outputs.reduce((sum, { json }) => sum + (Number(json.credits_charged) || 0), 0);
	const failed = results.length - outputs.length;
	const failures = failed === 0 ? 'none failed' : `${failed} of ${results.length} items failed`;
	return `${run.jobs.size} lip sync jobs, ${credits} credits charged, ${failures}.`;
}
