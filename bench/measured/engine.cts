import { Engine, type WorkflowJson } from '../../engine/engine.cts';
import type { CredentialValues } from '../../engine/credentials.cts';
import { serve } from './serve.cts';

export interface EngineTask {
	workflow: WorkflowJson;
	/** Run once before, so that the files of the nodes are loaded. */
	warmUp: WorkflowJson;
	credentials: CredentialValues;
}

export interface EngineResult {
	/** Seconds that each node took, all its turns together. */
	nodes: Record<string, number>;
	/** Items that the last node gave out, all its turns together. */
	items: number;
}

serve<EngineTask, EngineResult>(async ({ workflow, warmUp, credentials }) => {
	const engine = await Engine.start();
	const run = async (json: WorkflowJson): Promise<EngineResult> => {
		const { data } = await engine.run(json, { credentials });
		const { error, runData, lastNodeExecuted } = data.resultData;
		if (error) throw error;
		const nodes = Object.fromEntries(
			Object.entries(runData).map(([name, turns]) => [
				name,
				turns.reduce((sum, { executionTime }) => sum + executionTime, 0) / 1000,
			]),
		);
		const items = runData[lastNodeExecuted!]!.reduce(
			(sum, { data: output }) => sum + (output?.main?.[0]?.length ?? 0),
			0,
		);
		return { nodes, items };
	};
	return {
		warmUp: async () => await run(warmUp),
		run: async () => await run(workflow),
		end: async () => await engine.stop(),
	};
});
