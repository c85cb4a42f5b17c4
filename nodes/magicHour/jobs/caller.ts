import type { IExecuteFunctions } from 'n8n-workflow';

import { executionId } from './order';
import { storedExecution } from './storedExecution';

/** Workflows that call each other, one in the other. */
const DEEPEST_CALL = 10;

/** The execution that has called this one. */
export interface Caller {
	id: string;
	/** What `familyOf` is for the execution that began it all; its id where n8n does not tell. */
	family: string;
	/** Whether that is certain: n8n may not have stored the executions in between. */
	isWhole: boolean;
}

/** Whether another workflow has called this one. */
export const isCalled = (ctx: IExecuteFunctions): boolean =>
	ctx.getMode() === 'integrated' || ctx.getExecutionContext?.()?.parentExecutionId !== undefined;

/** @returns undefined where no execution has called this one */
export async function callerOf(ctx: IExecuteFunctions): Promise<Caller | undefined> {
	let called = executionId(ctx);
	if (called === undefined || !isCalled(ctx)) return undefined;
	let caller: Caller | undefined;
	/** Who has called the last caller: n8n tells it beforehand, also where it does not store that one. */
	let beyond: string | undefined;
	for (let depth = 0; depth < DEEPEST_CALL; depth++) {
		const data = await storedExecution(ctx, called);
		const parent = data?.parentExecution;
		if (parent !== undefined) {
			const { executionId: id, executionContext } = parent;
			const family = String(executionContext?.establishedAt ?? id);
			caller = { id: caller?.id ?? id, family, isWhole: true };
			called = id;
			beyond = executionContext?.parentExecutionId;
		} else if (data === undefined && caller !== undefined && beyond !== undefined) {
			const began = (await storedExecution(ctx, beyond))?.executionData?.runtimeData?.establishedAt;
			const family = String(began ?? beyond);
			caller = { id: caller.id, family, isWhole: began !== undefined };
			called = beyond;
			beyond = undefined;
		} else break;
	}
	return caller;
}
