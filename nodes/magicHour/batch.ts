import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { LIBRARY_PAGE } from './advice';
import { ExecutionMemory } from './memory';
import type { ItemOutput, Operation } from './operation';
import { Parameters } from './parameters';
import { asProblem, changed, Problem, toNodeError } from './problem';
import { Run } from './run';

/** One run of the node: takes its items through an operation and keeps what comes of each. */
export class Batch<Plan, Started> {
	private readonly indexes: number[];
	private readonly plans = new Map<number, Plan>();
	private readonly results = new Map<number, ItemOutput | Problem>();
	private firstFailure?: { problem: Problem; index: number };
	private readonly continues: boolean;
	private readonly memory: ExecutionMemory;
	private run?: Run;

	constructor(
		private readonly ctx: IExecuteFunctions,
		private readonly operation: Operation<Plan, Started>,
		private readonly halt: AbortController,
	) {
		this.indexes = ctx.getInputData().map((_, index) => index);
		this.continues = ctx.continueOnFail();
		this.memory = new ExecutionMemory(ctx);
	}

	/** Takes all items through the operation; it never rejects. */
	async work(): Promise<void> {
		const { operation } = this;
		for (const index of this.indexes) {
			await this.settle(index, async () => {
				this.plans.set(index, operation.plan(new Parameters(this.ctx, index)));
			});
		}
		if (this.halt.signal.aborted || this.plans.size === 0) return;

		const run = await this.prepare();
		if (run === undefined) return;

		const started = new Map<number, Started>();
		await this.forAll(this.plans, async (plan, index) =>
			run.starts(async () => {
				if (run.signal.aborted) return;
				started.set(index, await operation.start(plan, run, index));
			}),
		);
		if (this.halt.signal.aborted) return;

		await this.forAll(started, async (outcome, index) => {
			const plan = this.plans.get(index) as Plan;
			this.results.set(index, await operation.finish(outcome, plan, run, index));
		});
	}

	/** Says what came of the batch, also where it failed. What is only told must never fail a paid batch. */
	report(): void {
		if (this.run === undefined) return;
		try {
			this.operation.report?.([...this.results.values()], this.run);
		} catch (error) {
			this.ctx.logger.warn(`Magic Hour Lip Sync could not report on its jobs: ${String(error)}`);
		}
	}

	/**
	 * What stops the workflow, unless the node is set to continue: what failed first. Whatever failed after
	 * it may only have been broken off because of it.
	 */
	failure() {
		if (this.continues) return undefined;
		if (this.firstFailure === undefined) return undefined;
		const { problem, index } = this.firstFailure;
		return this.errorOf(this.withOtherJobs(problem, index), index);
	}

	/** One output item per input item. */
	output(): INodeExecutionData[] {
		return this.indexes.map((index) => {
			const result = this.results.get(index);
			return result instanceof Problem
				? this.failedItem(result, index)
				: { ...result!, pairedItem: { item: index } };
		});
	}

	/** Notes for later runs how this one ended. */
	leave(ended: 'well' | 'badly'): void {
		this.memory.leave(ended);
	}

	/** For an execution that was stopped from outside. */
	stoppedError() {
		const jobs = this.allJobs();
		const finished = jobs.filter(([index]) => this.isFinished(index)).map(([, id]) => id);
		const underWay = jobs.filter(([index]) => !this.isFinished(index)).map(([, id]) => id);
		const message = ['The execution was stopped'];
		const description = [];
		if (underWay.length > 0) {
			message.push(`while jobs were under way: ${underWay.join(', ')}`);
			description.push(
				'They go on at Magic Hour, and are paid for. The operation Wait (Video Project) takes them up by their IDs.',
			);
		}
		if (finished.length > 0) description.push(`Finished before: ${finished.join(', ')}.`);
		description.push(...doubtNote(this.memory.doubtfulItems()));
		return this.errorOf(
			new Problem(message.join(' '), { description: description.join(' ') || undefined }),
			0,
		);
	}

	private isFinished(index: number): boolean {
		const result = this.results.get(index);
		return result !== undefined && !(result instanceof Problem && result.code === 'stopped');
	}

	/** Items and the jobs they have, those of earlier tries included. */
	private allJobs(): Array<[index: number, id: string]> {
		return this.indexes.flatMap((index) => {
			const id = this.jobOf(index);
			return id === undefined ? [] : [[index, id] as [number, string]];
		});
	}

	private jobOf(index: number): string | undefined {
		return this.run?.jobs.get(index) ?? this.memory.jobId(index);
	}

	/** What all items need; where it is not to be had, all of them fail alike. */
	private async prepare(): Promise<Run | undefined> {
		let failure: Problem | undefined;
		try {
			this.run = await Run.create(this.ctx, this.memory, this.halt.signal);
			this.operation.review?.([...this.plans.values()], this.run);
		} catch (error) {
			failure = asProblem(error);
		}
		if (failure === undefined) return this.run;
		for (const index of this.plans.keys()) this.fail(index, failure);
		return undefined;
	}

	private async forAll<T>(
		entries: ReadonlyMap<number, T>,
		task: (value: T, index: number) => Promise<void>,
	): Promise<void> {
		await Promise.all(
			[...entries].map(async ([index, value]) =>
				this.settle(index, async () => task(value, index)),
			),
		);
	}

	private async settle(index: number, task: () => Promise<void>): Promise<void> {
		try {
			await task();
		} catch (error) {
			this.fail(index, error);
		}
	}

	private fail(index: number, error: unknown): void {
		const known = asProblem(error);
		// Whatever went wrong: the id of a job that exists stays with its item.
		const problem = changed(known, { id: known.id ?? this.jobOf(index) });
		this.results.set(index, problem);
		this.firstFailure ??= { problem, index };
		if (!this.continues) this.halt.abort();
	}

	/** No job id, and no doubt whether a job exists, may be lost because another item failed. */
	private withOtherJobs(problem: Problem, reason: number): Problem {
		const { description, id, message } = problem;
		const others = this.allJobs()
			.map(([, other]) => other)
			.filter((other) => other !== id);
		const notes = description === undefined ? [] : [description];
		if (id !== undefined && !message.includes(id)) {
			notes.push(
				`The job of this item: ${id}. Retrying this execution goes on with it instead of paying again.`,
			);
		}
		if (others.length > 0) {
			notes.push(
				`Jobs of the other items: ${others.join(', ')}. Retrying this execution takes them up instead of paying again.`,
			);
		}
		notes.push(...doubtNote(this.memory.doubtfulItems().filter((index) => index !== reason)));
		return changed(problem, { description: notes.join(' ') || undefined });
	}

	private errorOf(problem: Problem, itemIndex: number) {
		return toNodeError(problem, this.ctx.getNode(), itemIndex);
	}

	private failedItem(problem: Problem, index: number): INodeExecutionData {
		const { message, code, httpCode, id } = problem;
		const item: INodeExecutionData = {
			json: {
				error: message,
				...(code !== undefined && { code }),
				...(httpCode !== undefined && { httpCode }),
				...(id !== undefined && { id }),
			},
			pairedItem: { item: index },
		};
		if (this.ctx.getNode().onError === 'continueErrorOutput') {
			// n8n routes an item with `error` to the error output, and afterwards replaces the `json` of every item
			// that still has one by its message alone. Not being enumerable, this one does not survive the copy
			// that routing makes, and so the job's id stays in the output.
			Object.defineProperty(item, 'error', {
				value: this.errorOf(problem, index),
				enumerable: false,
			});
		}
		return item;
	}
}

/** What a person has to be told of creations that were not answered. */
function doubtNote(items: number[]): string[] {
	if (items.length === 0) return [];
	const which = items.length === 1 ? `item ${items[0]}` : `the items ${items.join(', ')}`;
	return [
		`A job may exist for ${which} too (counted from 0): the creation was sent and not answered. Look in your library (${LIBRARY_PAGE}) before you run this again, or you may pay for it twice.`,
	];
}
