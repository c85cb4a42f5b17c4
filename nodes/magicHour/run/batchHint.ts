import { supersededNote } from './batchErrors';
import type { ItemOutput } from './operation';
import { Problem } from '../problem';
import type { RunContext } from './runContext';

/**
 * Hints on the node's output: a sum after a batch, and what comes next where the node did not wait.
 * @param awaited whether the node waited for its jobs
 * @param estimated credits that all items together were taken to cost, where that is known of each
 * @param limited how many videos are limited to 30 fps, because theirs is not known and Max Credits is set
 */
export function reportJobs(
	results: ReadonlyArray<ItemOutput | Problem>,
	run: RunContext,
	{ awaited, estimated, limited = 0 }: { awaited: boolean; estimated?: number; limited?: number },
): void {
	const hints = results.length > 1 ? [summary(results, run)] : [];
	if (run.superseded.length > 0) hints.push(supersededNote(run.superseded));
	const charged = creditsOf(results);
	if (awaited && charged !== undefined && estimated !== undefined && charged !== estimated) {
		hints.push(`Estimated: ${estimated} credits. Charged: ${charged}.`);
	}
	if (limited > 0) hints.push(limitedHint(limited));
	if (!awaited && run.jobs.size > 0) hints.push(NEXT);
	run.ctx.addExecutionHints(
		...hints.map((message) => ({ message, location: 'outputPane' as const })),
	);
}

const NEXT =
	'The video is not rendered yet. To get it, add a Magic Hour Lip Sync node with “Wait for a video to finish” after this one.';

const limitedHint = (videos: number) =>
	`${videos === 1 ? 'The frame rate of the video is' : `The frame rates of ${videos} videos are`} not known. So that the job costs no more than Max Credits allows, Max FPS Limit was set to 30.`;

/** Credits charged for all results together; undefined where not all items have one. */
function creditsOf(results: ReadonlyArray<ItemOutput | Problem>): number | undefined {
	const charges = results.map((result) =>
		result instanceof Problem ? NaN : Number(result.json.credits_charged),
	);
	const sum = charges.reduce((total, charge) => total + charge, 0);
	return Number.isFinite(sum) ? sum : undefined;
}

function summary(results: ReadonlyArray<ItemOutput | Problem>, run: RunContext): string {
	const outputs = results.filter((result): result is ItemOutput => !(result instanceof Problem));
	const credits = outputs.reduce((sum, { json }) => sum + (Number(json.credits_charged) || 0), 0);
	const failed = results.length - outputs.length;
	const failures = failed === 0 ? 'none failed' : `${failed} of ${results.length} items failed`;
	return `${run.jobs.size} lip sync jobs, ${credits} credits charged, ${failures}.`;
}
