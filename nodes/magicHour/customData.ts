import type { IExecuteFunctions, IWorkflowExecutionCustomData } from 'n8n-workflow';

/** n8n keeps ten custom values per execution, of at most 255 characters; some are left to the workflow. */
const MOST_VALUES = 5;
const LONGEST_VALUE = 255;

/**
 * Puts job ids into n8n's custom execution data, by which the list of executions can be searched. Called as
 * soon as an id is known, because what a stopped execution says afterwards is not stored any more.
 */
export function nameJobs(ctx: IExecuteFunctions, ids: Iterable<string>): void {
	// n8n 1.x offers it to expressions only.
	const { customData } = ctx.getWorkflowDataProxy(0).$execution as {
		customData: IWorkflowExecutionCustomData;
	};
	const values: string[] = [];
	for (const id of ids) {
		const last = values.at(-1);
		if (last !== undefined && last.length + 1 + id.length <= LONGEST_VALUE) {
			values[values.length - 1] = `${last},${id}`;
		} else {
			values.push(id);
		}
	}
	values.slice(0, MOST_VALUES).forEach((value, index) => {
		customData.set(index === 0 ? 'magic_hour_jobs' : `magic_hour_jobs_${index + 1}`, value);
	});
}
