import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { Batch } from './batch';
import type { Operation } from './operation';

/**
 * Runs an operation over all input items of the node.
 * @returns one output item per input item, in input order, paired
 * @throws NodeApiError | NodeOperationError for the first item that failed, unless the node is set to continue
 */
export async function executeItems(
	ctx: IExecuteFunctions,
	operation: Operation<unknown, unknown>,
): Promise<INodeExecutionData[][]> {
	const canceled = ctx.getExecutionCancelSignal();
	const halt = new AbortController();
	const stop = () => halt.abort();
	canceled?.addEventListener('abort', stop);
	if (canceled?.aborted) stop();

	const batch = new Batch(ctx, operation, halt);
	await batch.work();
	batch.close();
	canceled?.removeEventListener('abort', stop);

	batch.report();
	const failure = canceled?.aborted ? batch.stoppedError() : batch.failure();
	await batch.leave(failure === undefined);
	if (failure !== undefined) throw failure;
	return [batch.output()];
}
