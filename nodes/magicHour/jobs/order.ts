import type { IDataObject, IExecuteFunctions, INodeParameters } from 'n8n-workflow';

import { digest } from '../digest';

/**
 * What an order is: one item that is to be paid for once, however often n8n runs it.
 *
 * n8n runs the same order again in many ways: the tries of Retry On Fail, a retry from the executions list, a
 * second retry of the same execution, a process that takes over from one that was killed. Each time, something
 * else about it has changed. So an order is known by what none of them changes:
 *
 * - **The family of executions** ({@link familyOf}). An execution and all its retries have ids of their own; the
 *   moment at which the first of them began is common to all. Where n8n does not tell it (before 1.120), the
 *   memory that a retry brings along has the id of the first execution.
 * - **The node**, by n8n: what is remembered is kept per node, and so are the marks in the database.
 * - **The turn**, which is the run index. A later turn of a loop orders again what it is handed. The run index is
 *   never part of a mark: after a crash n8n makes up runs that never were, and a retry counts on from those.
 * - **The item.** Within one execution it is the position alone: an expression with `$now` in it reads differently
 *   on each try, and still means the same. In a retry the position says nothing by itself, because a person may
 *   have edited the node first. Then one of two has to be unchanged:
 *   - what is asked for, with its expressions worked out ({@link digest} of the request), or
 *   - how it is asked for: the item as it came in, and the fields that decide what is paid, with their
 *     expressions as they were written ({@link writtenOrder}). `$execution.id` reads differently in a retry, but
 *     is written the same. n8n hands a retry the stored items, in the same order.
 * - **The account** (`MagicHourClient.account`). What one account has uploaded is of no use to another one.
 *
 * A file is known by the last part of n8n's binary id: when an execution that began with a webhook or a form has
 * ended, n8n moves its files to another folder, and changes all of the id but this.
 *
 * A workflow that is called by another one is an execution of its own each time. Whoever calls it again, by Retry On
 * Fail or a retry, hands it the same items. So what it makes is also known by the family of whoever has called it
 * (`caller.ts`). A job is taken over where the request is the same with its expressions worked out; where only the
 * item is the same, a person is asked.
 *
 * A tool of an agent is called with the same words only where the agent tries again. There, the same request in the
 * same execution is the same order ({@link isTool}).
 *
 * Without an execution id there is no order that could come back: a tool of an MCP server is called once, and each
 * call is an order of its own.
 */

/** Fields of the node that change nothing that is paid for. */
const WITHOUT_A_PRICE = new Set([
	'resource',
	'operation',
	'output',
	'outputField',
	'simplify',
	'name',
	'maxCredits',
	'parallelRequests',
	'pollInterval',
	'timeoutMinutes',
]);

/**
 * @returns what an execution has in common with all its retries and no other execution of the workflow that began
 *   at another millisecond; undefined where n8n does not tell
 */
export function familyOf(ctx: IExecuteFunctions): string | undefined {
	const began = ctx.getExecutionContext?.()?.establishedAt;
	return began === undefined ? undefined : String(began);
}

/** @returns undefined where there is none, as for a tool that an MCP server calls */
export function executionId(ctx: IExecuteFunctions): string | undefined {
	const id = ctx.getExecutionId() as string | undefined;
	return id === undefined || id === '' || id.startsWith('__') ? undefined : id;
}

/** Whether an AI agent calls the node. */
export const isTool = (ctx: IExecuteFunctions): boolean => ctx.getNode().type.endsWith('Tool');

/** A digest of the fields that decide what is paid, as they were written: the same for all items of a run. */
export const writtenFields = (ctx: IExecuteFunctions): string =>
	digest(withoutUnpaid(ctx.getNode().parameters));

/**
 * A digest of an item and of how its job is asked for, before any expression is worked out.
 * @param fields what {@link writtenFields} gives
 */
export const writtenOrder = (ctx: IExecuteFunctions, itemIndex: number, fields: string): string =>
	digest([fields, ...contentOf(ctx, itemIndex)]);

/** A digest of an item alone. */
export const itemDigest = (ctx: IExecuteFunctions, itemIndex: number): string =>
	digest(contentOf(ctx, itemIndex));

function contentOf(ctx: IExecuteFunctions, itemIndex: number): [json: IDataObject, files: unknown] {
	const { json, binary = {} } = ctx.getInputData()[itemIndex] ?? { json: {} };
	const files = Object.entries(binary).map(([field, { id, data, fileName, mimeType }]) => [
		field,
		stableFileId(id) ?? digest(data),
		fileName,
		mimeType,
	]);
	return [json, files];
}

/** The part of a binary id that n8n leaves as it is when it moves the file; unique, whatever the storage. */
export function stableFileId(id: string | undefined): string | undefined {
	return id?.split('/').at(-1);
}

function withoutUnpaid(parameters: INodeParameters): IDataObject {
	const kept = Object.entries(parameters).filter(([name]) => !WITHOUT_A_PRICE.has(name));
	return Object.fromEntries(
		kept.map(([name, value]) => [
			name,
			name === 'options' && typeof value === 'object'
				? withoutUnpaid(value as INodeParameters)
				: value,
		]),
	) as IDataObject;
}
