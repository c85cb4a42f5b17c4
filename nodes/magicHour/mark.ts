import type { IExecuteFunctions } from 'n8n-workflow';

/** Marks that n8n keeps per node; older ones are dropped. Two are left by each run. */
const MOST_MARKS = 2000;

/**
 * Leaves a mark, in n8n's database, that this run of the node creates jobs. What the node remembers is written
 * down when the execution ends; the mark is there at once, and so outlives a process that is killed.
 * @returns whether the same execution, or the one that is retried, has left it before
 */
export async function leaveMark(ctx: IExecuteFunctions): Promise<boolean> {
	const run = ctx.getWorkflowDataProxy(0).$runIndex as number;
	const began = beginning(ctx);
	const own = `${ctx.getExecutionId()} ${began} ${run}`;
	// A retry has another id; when the first execution began is all that the two have in common.
	const order = `${began} ${run}`;
	const record = async () =>
		await ctx.helpers.checkProcessedAndRecord([own, order], 'node', {
			mode: 'entries',
			maxEntries: MOST_MARKS,
		});
	try {
		// The first mark of all fails if two executions leave it at once.
		const { processed } = await record().catch(record);
		// n8n reads and writes all marks of a node together: another execution may have undone this one.
		await record();
		return processed.includes(ctx.getMode() === 'retry' && began !== '' ? order : own);
	} catch (error) {
		// It guards against a rare accident, and must not be one itself.
		ctx.logger.debug(`Magic Hour Lip Sync could not leave its mark: ${String(error)}`);
		return false;
	}
}

/** When the execution, or the first of its retries, began; milliseconds since the epoch. Unknown to n8n 1.x. */
function beginning(ctx: IExecuteFunctions): string {
	return String(ctx.getExecutionContext?.()?.establishedAt ?? '');
}
