import type { IExecuteFunctions, IWorkflowExecutionCustomData } from 'n8n-workflow';

/** n8n keeps ten custom values per execution, of at most 255 characters; some are left to the workflow. */
const MOST_VALUES = 5;
const LONGEST_VALUE = 255;

const KEYS = Array.from({ length: MOST_VALUES }, (_, index) =>
	index === 0 ? 'magic_hour_jobs' : `magic_hour_jobs_${index + 1}`,
);

/**
 * Job ids in n8n's custom execution data (`magic_hour_jobs`, `magic_hour_jobs_2`, …), which n8n calls
 * highlighted data. All runs of all nodes of an execution share it, so each id is added to what is there.
 */
export class JobIndex {
	private customData?: IWorkflowExecutionCustomData;
	private isFull = false;

	constructor(private readonly ctx: IExecuteFunctions) {}

	/** To be called as soon as an id is known: what a stopped execution says afterwards is not stored. */
	add(id: string): void {
		if (this.isFull) return;
		const customData = (this.customData ??= customDataOf(this.ctx));
		const known = customData.getAll() as Record<string, string | undefined>;
		if (KEYS.some((key) => known[key]?.split(',').includes(id))) return;
		for (const key of KEYS) {
			const ids = known[key];
			const longer = ids === undefined ? id : `${ids},${id}`;
			if (ids !== undefined && longer.length > LONGEST_VALUE) continue;
			customData.set(key, longer);
			return;
		}
		this.isFull = true;
	}
}

/** n8n 1.x offers it to expressions only. */
function customDataOf(ctx: IExecuteFunctions): IWorkflowExecutionCustomData {
	const { customData } = ctx.getWorkflowDataProxy(0).$execution as {
		customData: IWorkflowExecutionCustomData;
	};
	return customData;
}
