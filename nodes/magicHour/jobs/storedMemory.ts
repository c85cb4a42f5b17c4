import type { IExecuteFunctions } from 'n8n-workflow';

import { memoryIn, type NodeMemory } from './memoryRecords';
import { storedExecution } from './storedExecution';

/** What this node has left in another execution. */
export interface StoredMemory extends NodeMemory {
	/** Whether that execution has failed. */
	hasFailed: boolean;
}

/**
 * @param id of another execution of this workflow
 * @returns undefined for one that runs, was killed, was deleted or not saved
 */
export async function storedMemory(
	ctx: IExecuteFunctions,
	id: string | undefined,
): Promise<StoredMemory | undefined> {
	if (id === undefined) return undefined;
	const data = await storedExecution(ctx, id);
	const context = data?.executionData?.contextData?.[`node:${ctx.getNode().name}`];
	if (data === undefined || context === undefined) return undefined;
	const memory = memoryIn(structuredClone(context));
	// As long as a retry runs, and where it was killed, n8n has stored what the execution before it knew.
	if (memory.ranIn?.endsWith(`:${id}`) !== true) return undefined;
	return { ...memory, hasFailed: data.resultData.error !== undefined };
}
