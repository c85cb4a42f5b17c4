import { parse, stringify } from 'flatted';
import type { IRun, IRunExecutionData } from 'n8n-workflow';

/**
 * What n8n continues from when a person retries a failed execution: the data as it was stored, less the error
 * and the failed node's last run (n8n, `ExecutionService.retry`).
 */
export function storedForRetry(run: IRun): IRunExecutionData {
	const data = parse(stringify(run.data)) as IRunExecutionData;
	const { resultData } = data;
	delete resultData.error;
	const runs = resultData.runData[resultData.lastNodeExecuted ?? ''] ?? [];
	if (runs.at(-1)?.error !== undefined) runs.pop();
	return data;
}
