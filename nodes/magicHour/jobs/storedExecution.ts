import type { IExecuteFunctions, IRunExecutionData } from 'n8n-workflow';

/**
 * What n8n has stored of an execution; of one that runs, what it was begun with.
 * @returns undefined for one that was deleted or not saved, or that is none, as under an MCP server
 */
export const storedExecution = async (
	ctx: IExecuteFunctions,
	id: string,
): Promise<IRunExecutionData | undefined> =>
	await ctx.getExecutionDataById(id).catch(() => undefined);
