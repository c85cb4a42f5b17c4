import type { IExecuteFunctions, IWorkflowExecutionCustomData } from 'n8n-workflow';

/** n8n keeps ten custom values per execution, of at most 255 characters; some are left to the workflow. */
const MOST_VALUES = 5;
const LONGEST_VALUE = 255;

/**
 * Job ids in n8n's custom execution data (`magic_hour_jobs`, `magic_hour_jobs_2`, …), which n8n calls
 * highlighted data.
 */
export class JobIndex {
	private values = 0;
	private value = '';

	constructor(private readonly ctx: IExecuteFunctions) {}

	/** To be called as soon as an id is known: what a stopped execution says afterwards is not stored. */
	add(id: string): void {
		const longer = this.value === '' ? id : `${this.value},${id}`;
		const isFull = this.value === '' || longer.length > LONGEST_VALUE;
		if (isFull && this.values === MOST_VALUES) return;
		if (isFull) this.values++;
		this.value = isFull ? id : longer;
		const key = this.values === 1 ? 'magic_hour_jobs' : `magic_hour_jobs_${this.values}`;
		// n8n 1.x offers it to expressions only.
		const { customData } = this.ctx.getWorkflowDataProxy(0).$execution as {
			customData: IWorkflowExecutionCustomData;
		};
		customData.set(key, this.value);
	}
}
