import type { SandboxJob } from '../../sandbox/index.cts';
import type { Ran } from '../engine/engineBed.cts';
import type { Batch } from './batches.cts';

/** What the sandbox was paid for, held against what the executions of a batch say. */
export class Books {
	/** Ids of jobs that were made by a creation whose outcome the person was told to look up. */
	private readonly lookedUp = new Set<string>();
	/** Everything that is wrong, in words. */
	readonly faults: string[] = [];
	/** What the items say, counted. */
	readonly said = { succeeded: 0, failedWithJob: 0, jobMayExist: 0, failed: 0 };

	constructor(
		private readonly batch: Batch,
		private readonly allJobs: (name: string) => SandboxJob[],
	) {}

	/** An execution that has an output: one per item, wherever it was routed. */
	checkOutputs(ran: Ran): void {
		const outputs = [...ran.items(0), ...ran.items(1)];
		const { names, waits, downloads } = this.batch;
		this.demand(outputs.length === names.length, 'as many outputs as items');
		names.forEach((name, index) => {
			const item = outputs.find(
				({ pairedItem }) => (pairedItem as { item: number }).item === index,
			);
			if (item === undefined) return this.demand(false, `${name} has an output`);
			const { json, binary } = item;
			const jobs = this.current(name);
			this.demand(jobs.length <= 1, `${name} is paid once, and not ${jobs.length} times`);
			const [job] = jobs;
			const shown = JSON.stringify(json);

			if (json.error === undefined) {
				this.said.succeeded++;
				// A job that nobody waits for may fail later, and is refunded then.
				const own = waits ? jobs : this.allJobs(name);
				this.demand(
					own.some(({ id }) => id === json.id),
					`${name} has its own job: ${shown}`,
				);
				if (waits) this.demand(json.status === 'complete', `${name} is complete: ${shown}`);
				if (downloads) this.demand(Number(binary?.data?.bytes) > 0, `${name} has its video`);
			} else if (json.code === 'job_may_exist') {
				this.said.jobMayExist++;
			} else if (job !== undefined) {
				this.said.failedWithJob++;
				this.demand(json.id === job.id, `${name} names its job ${job.id}: ${shown}`);
			} else {
				this.said.failed++;
			}
		});
	}

	/** An execution that was stopped by an error, or by a person: its error tells of every job that is paid for. */
	checkError(ran: Ran): void {
		const { message, description, context } = ran.error!;
		const text = `${message} ${description ?? ''}`;
		const doubtful = new Set(
			/A job may exist for (?:item|the items) ([\d, ]+) too/
				.exec(text)?.[1]!
				.split(', ')
				.map(Number),
		);
		// An error names ten jobs and counts the others, which are in n8n's log.
		const named = (text.match(/\bcm[a-z0-9]{23}\b/g) ?? []).length;
		let counted = named >= 10 ? Number(/ and (\d+) more/.exec(text)?.[1] ?? 0) : 0;
		if (message.startsWith('The job may exist')) doubtful.add(Number(context!.itemIndex));
		this.batch.names.forEach((name, index) => {
			const jobs = this.current(name);
			this.demand(jobs.length <= 1, `${name} is paid once, and not ${jobs.length} times`);
			for (const { id } of jobs) {
				if (text.includes(id)) this.said.failedWithJob++;
				else if (doubtful.has(index)) this.said.jobMayExist++;
				else if (counted-- > 0) this.said.failedWithJob++;
				else this.demand(false, `the error tells of ${name}, which has job ${id}: ${text}`);
			}
			// Whoever runs this again was told to look first; what is there is theirs to look at.
			if (doubtful.has(index)) for (const { id } of jobs) this.lookedUp.add(id);
		});
	}

	/** Jobs that are paid for, and not refunded. */
	private current(name: string): SandboxJob[] {
		return this.allJobs(name).filter(
			({ id, project }) =>
				!this.lookedUp.has(id) && !['error', 'canceled'].includes(project.status),
		);
	}

	private demand(holds: boolean, what: string): void {
		if (!holds) this.faults.push(what);
	}
}
