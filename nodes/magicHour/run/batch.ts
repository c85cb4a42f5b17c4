import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import {
	failedItem,
	forAgent,
	inCalledWorkflow,
	stopped,
	withLabel,
	withOtherJobs,
} from './batchErrors';
import { isCalled } from '../jobs/caller';
import { executionId, isTool } from '../jobs/order';
import { ExecutionMemory } from '../jobs/memory';
import type { Question } from '../jobs/memoryRecords';
import { hasStaleError } from '../jobs/staleError';
import type { ItemOutput, Operation } from './operation';
import { Parameters } from './parameters';
import { asProblem, Problem, toNodeError, withDetails } from '../problem';
import { RunContext } from './runContext';

/** One run of the node: takes its items through an operation and keeps what comes of each. */
export class Batch<Plan, Started> {
	private readonly indexes: number[];
	private readonly plans = new Map<number, Plan>();
	private readonly results = new Map<number, ItemOutput | Problem>();
	private firstFailure?: { problem: Problem; index: number };
	private readonly continues: boolean;
	private readonly memory: ExecutionMemory;
	private run?: RunContext;

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
				this.plans.set(index, this.plan(index));
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
			// An operation that leaves `finish` out has the output as its `Started`.
			const output = operation.finish?.(outcome, plan, run, index) ?? (outcome as ItemOutput);
			this.results.set(index, await output);
		});
	}

	/** To be called when the work is done. */
	close(): void {
		this.run?.close();
	}

	/** Says what came of the batch, also where it failed. What is only told must never fail a paid batch. */
	report(): void {
		if (this.run === undefined) return;
		try {
			this.operation.report?.([...this.results.values()], this.run, [...this.plans.values()]);
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
		if (isInDoubt(problem) && isTool(this.ctx)) return undefined;
		const doubtful = this.doubtful();
		const together = problem.code === 'other_account' ? (this.run?.askedTogether ?? []) : [];
		const asked = new Set([index, ...doubtful, ...together]);
		this.noteTold(({ item }) =>
			item === undefined ? isInDoubt(problem) && this.isHeldUp : asked.has(item),
		);
		const others = {
			jobs: this.allJobs().map(([, id]) => id),
			superseded: this.run?.superseded ?? [],
			doubtful: doubtful.filter((item) => item !== index || !this.saysOwnDoubt(problem)),
			hasMadeJobs: this.indexes.some((item) => this.memory.jobId(item) !== undefined),
		};
		const whole = withOtherJobs(problem, others);
		const advised = isCalled(this.ctx) ? inCalledWorkflow(whole, executionId(this.ctx)) : whole;
		return toNodeError(advised, this.ctx.getNode(), index);
	}

	/** A question about other executions, about an account or a job that is gone says nothing of the item's own doubt. */
	private saysOwnDoubt(problem: Problem): boolean {
		return isInDoubt(problem) && !this.isHeldUp;
	}

	private get isHeldUp(): boolean {
		return this.run?.isHeldUp === true;
	}

	/** Items of which a job may exist, also one that another execution has asked for. */
	private doubtful(): number[] {
		const asking = this.indexes.filter((item) => {
			const result = this.results.get(item);
			return result instanceof Problem && this.saysOwnDoubt(result);
		});
		return [...new Set([...this.memory.doubtfulItems(), ...asking])];
	}

	/** @param isTold whether the error that ends the execution asks a question */
	private noteTold(isTold: (question: Question) => boolean): void {
		this.memory.questions.keepTold(isTold);
		this.memory.noteDoubtsTold();
	}

	/** One output item per input item. */
	output(): INodeExecutionData[] {
		return this.indexes.map((index) => {
			const result = this.results.get(index);
			return result instanceof Problem
				? failedItem(this.heard(result), this.ctx.getNode(), index)
				: { ...result!, pairedItem: { item: index } };
		});
	}

	private heard(problem: Problem): Problem {
		return isInDoubt(problem) && isTool(this.ctx) ? forAgent(problem) : problem;
	}

	/**
	 * Notes for later runs how this one ended.
	 * @param gives whether it hands on its output, rather than an error that stops the workflow
	 */
	async leave(gives: boolean): Promise<void> {
		const delivered = this.indexes.filter((index) => {
			const result = this.results.get(index);
			return gives && result !== undefined && !(result instanceof Problem);
		});
		this.memory.leave(new Set(delivered));
		await this.run?.leave(delivered.length === this.indexes.length);
	}

	/** For an execution that was stopped from outside. */
	stoppedError() {
		const jobs = this.allJobs();
		const finished = jobs.filter(([index]) => this.isFinished(index)).map(([, id]) => id);
		const underWay = jobs.filter(([index]) => !this.isFinished(index)).map(([, id]) => id);
		const doubtful = this.doubtful();
		this.noteTold(({ item }) => item !== undefined && doubtful.includes(item));
		return toNodeError(stopped({ underWay, finished, doubtful }), this.ctx.getNode(), 0);
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
	private async prepare(): Promise<RunContext | undefined> {
		let failure: Problem | undefined;
		try {
			if (await hasStaleError(this.ctx)) this.memory.questions.hide();
			const limits = this.operation.limits?.(new Parameters(this.ctx, 0)) ?? {};
			this.run = await RunContext.create(this.ctx, this.memory, limits, this.halt.signal);
			await this.look(this.run);
			if (this.halt.signal.aborted || this.plans.size === 0) return undefined;
			this.operation.review?.(this.plans, this.run);
		} catch (error) {
			failure = asProblem(error);
		}
		if (failure === undefined) return this.run;
		for (const index of this.plans.keys()) this.fail(index, failure);
		return undefined;
	}

	private plan(index: number): Plan {
		const { plan, nothingDone = '' } = this.operation;
		try {
			return plan(new Parameters(this.ctx, index));
		} catch (error) {
			const problem = asProblem(error);
			// An earlier try may have done something.
			if (this.jobOf(index) !== undefined) throw problem;
			const description = `${problem.description ?? ''} ${nothingDone}`.trim() || undefined;
			throw withDetails(problem, { description });
		}
	}

	/** An item that fails here is none of those that are reviewed and started. */
	private async look(run: RunContext): Promise<void> {
		const { operation } = this;
		if (operation.look === undefined) return;
		await this.forAll(new Map(this.plans), async (plan, index) =>
			run.starts(async () => {
				if (run.signal.aborted) return;
				this.plans.set(index, await operation.look!(plan, run, index));
			}),
		);
		for (const index of this.results.keys()) this.plans.delete(index);
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
		const known = withLabel(asProblem(error), this.operation.labels);
		// Whatever went wrong: the id of a job that exists stays with its item.
		const problem = withDetails(known, { id: known.id ?? this.jobOf(index) });
		this.results.set(index, problem);
		this.firstFailure ??= { problem, index };
		if (!this.continues) this.halt.abort();
	}
}

const isInDoubt = ({ code }: Problem): boolean => code === 'job_may_exist';
