import type { IExecuteFunctions } from 'n8n-workflow';

import { storedExecution } from './storedExecution';

/**
 * Whether nobody reads the error of this run. A retry of an execution that was stopped begins with the error of that one,
 * and n8n throws it again in the second try of Retry On Fail, without running the node: it is all that is shown
 * (seen in n8n 2.40).
 */
export async function hasStaleError(ctx: IExecuteFunctions): Promise<boolean> {
	if (ctx.getMode() !== 'retry' || ctx.getNode().retryOnFail !== true) return false;
	const data = await storedExecution(ctx, ctx.getExecutionId());
	return data?.resultData.error !== undefined;
}
