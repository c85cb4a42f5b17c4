import { supersededNote } from './batchErrors';
import type { ItemOutput } from './operation';
import { Problem } from '../problem';
import type { RunContext } from './runContext';

/**
 * Hints on the node's output: a sum after a batch, or where a job was charged otherwise than estimated, and what comes
 * next where the node did not wait.
 * @param awaited whether the node waited for its jobs
 * @param estimated credits that all items together were taken to cost, where that is known of each
 * @param limited how many videos are limited to 30 fps, because theirs is not known and Max Credits is set
 */
export function reportJobs(
	results: ReadonlyArray<ItemOutput | Problem>,
	run: RunContext,
	{ awaited, estimated, limited = 0 }: { awaited: boolean; estimated?: number; limited?: number },
): void {
	const isAllCharged = awaited && !results.some((result) => result instanceof Problem);
	const charge = chargeOf(results, isAllCharged ? estimated : undefined);
	const hints: string[] = [];
	if (results.length > 1) hints.push(summary(results, charge.text, run));
	else if (charge.isSurprise) hints.push(`${charge.text}.`);
	if (run.superseded.length > 0) hints.push(supersededNote(run.superseded));
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

/**
 * @param estimated credits, where they can be compared
 * @returns what was charged, in words, and whether it is not what was estimated
 */
function chargeOf(results: ReadonlyArray<ItemOutput | Problem>, estimated?: number) {
	const charges = outputsOf(results).map(({ json }) => Number(json.credits_charged));
	const credits = charges.reduce((sum, charge) => sum + (charge || 0), 0);
	const isComparable = estimated !== undefined && !charges.some(Number.isNaN);
	const isSurprise = isComparable && credits !== estimated;
	const estimate = isSurprise ? ` (estimate: ${estimated})` : '';
	return { text: `${credits} credits charged${estimate}`, isSurprise };
}

function summary(
	results: ReadonlyArray<ItemOutput | Problem>,
	charge: string,
	run: RunContext,
): string {
	const failures = failuresOf(results);
	const jobs = run.jobs.size === 1 ? '1 lip sync job' : `${run.jobs.size} lip sync jobs`;
	return `${jobs}, ${charge}${failures === undefined ? '' : `, ${failures}`}.`;
}

/** A hint on the output of several estimates: their sum. */
export function reportEstimates(
	results: ReadonlyArray<ItemOutput | Problem>,
	{ ctx }: RunContext,
): void {
	const outputs = outputsOf(results);
	if (outputs.length < 2) return;
	const credits = outputs.reduce((sum, { json }) => sum + Number(json.estimated_credits), 0);
	const failures = failuresOf(results);
	const message = `${outputs.length} videos: about ${credits} credits.${failures === undefined ? '' : ` ${failures}.`}`;
	ctx.addExecutionHints({ message, location: 'outputPane' });
}

const outputsOf = (results: ReadonlyArray<ItemOutput | Problem>): ItemOutput[] =>
	results.filter((result): result is ItemOutput => !(result instanceof Problem));

function failuresOf(results: ReadonlyArray<ItemOutput | Problem>): string | undefined {
	const failed = results.length - outputsOf(results).length;
	return failed === 0 ? undefined : `${failed} of ${results.length} items failed`;
}
