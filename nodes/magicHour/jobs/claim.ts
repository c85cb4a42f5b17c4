import type { IExecuteFunctions } from 'n8n-workflow';

import { digest } from '../digest';
import type { ExecutionMemory } from './memory';
import { memoryIn, type Chain, type NodeMemory } from './memoryRecords';
import { callerOf, executionId, familyOf, writtenOrder } from './order';
import { StepMarks, type Step } from './stepMarks';

/** What became of a claim. */
export type Claimed =
	/** Jobs may be made. */
	| { free: true; adopted: boolean }
	/** Another execution was about to make jobs, and nothing is known of them. */
	| { free: false; by?: string };

/** Other executions whose memory is taken over before a person is asked. */
const MOST_ADOPTIONS = 50;

/**
 * The right to make jobs, which a run of the node needs before its first one.
 *
 * The executions of a family (see `order.ts`) that make jobs are a chain. Each run that is about to make one takes
 * the next step, by a mark in n8n's database, and remembers how many steps it knows. A step that is taken already
 * was taken by somebody whose jobs are not remembered here: a process that was killed, or another retry of the same
 * execution. If that other execution is stored with its memory, it is taken over. If not, a person is asked. Who
 * retries the execution that asked has been told: what is stored by then is taken over, and for the rest a chain of
 * their own begins.
 *
 * Calls of a workflow by another one are a chain too, if they are handed the same.
 */
export class Claim {
	private readonly marks: StepMarks;
	private readonly id?: string;
	private taken?: Step & { number: number };
	private takenCall?: Step;

	constructor(
		private readonly ctx: IExecuteFunctions,
		private readonly memory: ExecutionMemory,
	) {
		this.marks = new StepMarks(ctx);
		this.id = executionId(ctx);
	}

	/** To be asked before the first job is made. It never rejects: a guard against rare accidents must not be one. */
	async take(): Promise<Claimed> {
		const { foundLoss } = this.memory;
		if (foundLoss !== undefined) return { free: false, by: foundLoss.other };
		// Nothing could lead back to an execution without an id.
		if (this.id === undefined) return { free: true, adopted: false };
		try {
			const own = await this.nextFreeStep(this.id);
			if (!own.free) return own;
			const call = await this.nextFreeCall(this.id);
			return call.free ? { free: true, adopted: own.adopted || call.adopted } : call;
		} catch (error) {
			this.ctx.logger.debug(`Magic Hour Lip Sync could not leave its mark: ${String(error)}`);
			return { free: true, adopted: false };
		}
	}

	/** To be called at the end of a run. Where it made no job after all, others need not be asked about it. */
	async leave(): Promise<void> {
		if (this.memory.hasCreated) return;
		try {
			if (this.takenCall !== undefined) await this.marks.giveBack(this.takenCall, this.id!);
			// A run that has begun after this one counts on from it.
			if (this.taken === undefined || this.chain.steps !== this.taken.number + 1) return;
			await this.marks.giveBack(this.taken, this.id!);
			this.chain.steps--;
		} catch (error) {
			this.ctx.logger.debug(`Magic Hour Lip Sync could not remove its mark: ${String(error)}`);
		}
	}

	private async nextFreeStep(id: string): Promise<Claimed> {
		const isRetry = this.ctx.getMode() === 'retry';
		for (let adoptions = 0; ; ) {
			const step = this.step(id);
			const number = this.chain.steps;
			// Counted at once: another run of the node, of the same execution, may be under way.
			this.chain.steps++;
			if (!(await this.marks.take(step, id, isRetry))) {
				this.taken = { ...step, number };
				return { free: true, adopted: adoptions > 0 };
			}
			this.chain.steps--;
			const by = await this.marks.takenBy(step);
			const later = adoptions < MOST_ADOPTIONS ? await this.laterMemory(by, id) : undefined;
			if (later !== undefined) {
				adoptions++;
				this.memory.adopt(later);
			} else if (this.memory.isToldOf(step.family)) {
				this.memory.stored.chain = {
					name: `${step.family} ${this.memory.stored.loss!.foundBy}`,
					steps: 0,
				};
			} else {
				this.memory.rememberLoss(step.family, by);
				return { free: false, by };
			}
		}
	}

	/** Where another workflow calls this one: the first of the same calls that was not made before. */
	private async nextFreeCall(id: string): Promise<Claimed> {
		const caller = await callerOf(this.ctx, id);
		if (caller === undefined) return { free: true, adopted: false };
		const items = this.ctx.getInputData().map((_, index) => writtenOrder(this.ctx, index));
		const call = `called by ${caller} for ${digest(items)}`;
		let adopted = false;
		for (let number = 0; number < MOST_ADOPTIONS; number++) {
			const name = `${call} ${number}`;
			const step = { own: name, family: name };
			if (!(await this.marks.take(step, id, false))) {
				this.takenCall = step;
				break;
			}
			const by = await this.marks.takenBy(step);
			// By an earlier try of this very call.
			if (by === id) break;
			const other = await this.storedMemory(by);
			if (other !== undefined) {
				adopted = true;
				this.memory.takeOver(other);
			} else if (!this.memory.isToldOf(name)) {
				this.memory.rememberLoss(name, by);
				return { free: false, by };
			}
		}
		return { free: true, adopted };
	}

	private get chain(): Chain {
		return (this.memory.stored.chain ??= { name: familyOf(this.ctx) ?? this.id!, steps: 0 });
	}

	private step(id: string): Step {
		const { name, steps } = this.chain;
		return { own: `${id} ${name} ${steps}`, family: `${name} ${steps}` };
	}

	/** @returns what another execution of the family remembers, if it knows of more steps than this one */
	private async laterMemory(
		other: string | undefined,
		id: string,
	): Promise<NodeMemory | undefined> {
		if (other === id) return undefined;
		const memory = await this.storedMemory(other);
		const { name, steps } = this.chain;
		const isLater = memory?.chain?.name === name && memory.chain.steps > steps;
		return isLater ? memory : undefined;
	}

	/** @returns undefined for one that runs, was killed, was deleted or not saved */
	private async storedMemory(other: string | undefined): Promise<NodeMemory | undefined> {
		if (other === undefined) return undefined;
		try {
			const data = await this.ctx.getExecutionDataById(other);
			const context = data?.executionData?.contextData[`node:${this.ctx.getNode().name}`];
			return context === undefined ? undefined : memoryIn(structuredClone(context));
		} catch {
			return undefined;
		}
	}
}
