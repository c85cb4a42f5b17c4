import type { IExecuteContextData, IExecuteFunctions, INode } from 'n8n-workflow';

import { knownIn, type NodeMemory } from './memoryRecords';
import { Questions } from './questions';
import { storedExecution } from './storedExecution';

/** What this node has left in another execution. */
export interface StoredMemory extends NodeMemory {
	/** Whether that execution has failed. */
	hasFailed: boolean;
	/** Whether it has ended with a question about the jobs of others, and so doesn't know of all. */
	hasAsked: boolean;
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
	if (data === undefined) return undefined;
	const memory = memoryOf(ctx.getNode(), data.executionData?.contextData ?? {});
	// As long as a retry runs, and where it was killed, n8n has stored what the execution before it knew.
	if (memory?.ranIn?.endsWith(`:${id}`) !== true) return undefined;
	return {
		...memory,
		hasFailed: data.resultData.error !== undefined,
		hasAsked: new Questions(memory, memory.ranIn, true).aboutOthers !== undefined,
	};
}

/**
 * n8n keeps it under the name of the node, which may have another one by now, or may have been put in the place of
 * another. Only this one is copied: a loop keeps all its items there.
 */
function memoryOf({ id, name }: INode, contexts: IExecuteContextData): NodeMemory | undefined {
	const ofNode = Object.keys(contexts).find((key) => knownIn(contexts[key])?.node === id);
	return structuredClone(knownIn(contexts[ofNode ?? `node:${name}`]));
}
