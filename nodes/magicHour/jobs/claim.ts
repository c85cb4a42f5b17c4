import type { IExecuteFunctions } from 'n8n-workflow';

import { CallClaim } from './callClaim';
import type { Claimed } from './claimed';
import { FamilyClaim } from './familyClaim';
import { keepsNoMarks, Marks } from './marks';
import type { ExecutionMemory } from './memory';
import type { AskedFor } from './memoryRecords';
import { executionId } from './order';
import { ofItem } from './questions';
import { ReplacedNode } from './replacedNode';
import { StepMarks } from './stepMarks';

/**
 * The right to make jobs, which a run of the node needs before its first one. It keeps apart the executions that make
 * jobs for the same orders and cannot see each other: retries of one execution, and calls of one workflow.
 */
export class Claim {
	private readonly replaced: ReplacedNode;
	private readonly family: FamilyClaim;
	private readonly calls: CallClaim;
	private readonly id?: string;

	constructor(
		private readonly ctx: IExecuteFunctions,
		private readonly memory: ExecutionMemory,
		signal: AbortSignal,
	) {
		const marks = { node: new Marks(ctx, signal), workflow: new Marks(ctx, signal, 'workflow') };
		this.replaced = new ReplacedNode(ctx, memory, marks);
		this.family = new FamilyClaim(ctx, memory, {
			node: new StepMarks(marks.node),
			workflow: new StepMarks(marks.workflow),
		});
		this.calls = new CallClaim(ctx, memory, marks.node);
		this.id = executionId(ctx);
	}

	/**
	 * To be asked before the first job is made; it never rejects.
	 * @param orders what all items of the run ask for
	 */
	async take(orders: ReadonlyMap<number, AskedFor>): Promise<Claimed> {
		const { question } = this;
		if (question !== undefined) return question;
		// Nothing could lead back to an execution without an id, and old versions of n8n keep no marks.
		const { checkProcessedAndRecord } = this.ctx.helpers as Partial<IExecuteFunctions['helpers']>;
		if (this.id === undefined || checkProcessedAndRecord === undefined) {
			return { free: true, adopted: false };
		}
		try {
			return await this.takeNow(this.id, orders);
		} catch (error) {
			if (keepsNoMarks(error)) return { free: true, adopted: false };
			this.ctx.logger.warn(`Magic Hour Lip Sync could not leave its mark: ${String(error)}`);
			return { free: false, failure: String(error) };
		}
	}

	/**
	 * Whether a person was asked about a single item by an earlier execution. If not, this execution asks; it never
	 * rejects.
	 * @param topic what is in doubt: the job of an order, or the account that is to pay
	 */
	async isAnswered(topic: string, item: number): Promise<boolean> {
		const { questions } = this.memory;
		const isAnswered = await this.calls.isAnswered(ofItem(topic), item).catch((error: unknown) => {
			this.ctx.logger.warn(`Magic Hour Lip Sync could not read its marks: ${String(error)}`);
			return questions.isAnswered(ofItem(topic));
		});
		if (!isAnswered) questions.askAboutItem(topic, item);
		return isAnswered;
	}

	/**
	 * To be called at the end of a run. Where it made no job after all, others need not be asked about it.
	 * @param isDelivered whether every item has given its output
	 */
	async leave(isDelivered: boolean): Promise<void> {
		if (this.id === undefined) return;
		try {
			if (this.memory.hasCreated) {
				await this.calls.noteAnswers();
				if (isDelivered) await this.calls.noteDelivered();
				return;
			}
			await this.calls.giveBack(this.id);
			await this.family.giveBack(this.id);
			await this.replaced.giveBack();
		} catch (error) {
			this.ctx.logger.debug(`Magic Hour Lip Sync could not change its marks: ${String(error)}`);
		}
	}

	private async takeNow(id: string, orders: ReadonlyMap<number, AskedFor>): Promise<Claimed> {
		const isReplaced = await this.replaced.notice();
		const own = await this.family.take(id);
		if (!own.free) return own;
		if (!own.adopted && this.mustAskAboutItself(isReplaced)) return { free: false };
		const call = await this.calls.take(id, orders);
		if (!call.free) return this.question ?? call;
		if (!own.adopted && this.hasNoJob(orders) && (await this.calls.mustAskAboutOthers()))
			return { free: false };
		if (this.mustAskOnceMore(orders)) return this.question!;
		if (!own.adopted && !call.adopted) return own;
		return (await this.askAboutOthers(orders)) ?? { free: true, adopted: true };
	}

	/**
	 * n8n stores the runs of a killed execution, and not what they remember.
	 * @param isReplaced whether marks may tell of jobs, and can't be seen by this node
	 */
	private mustAskAboutItself(isReplaced: boolean): boolean {
		const { hasForgotten, questions } = this.memory;
		const topic = 'own runs before';
		const isInDoubt = hasForgotten || isReplaced || questions.isUntold(topic);
		if (this.ctx.getMode() !== 'retry' || !isInDoubt) return false;
		questions.ask(topic, {});
		return true;
	}

	/** A person who has answered another execution may not have thought of the items that have no job by now. */
	private mustAskOnceMore(orders: ReadonlyMap<number, AskedFor>): boolean {
		const { questions } = this.memory;
		const answered = [...this.family.answeredElsewhere, ...this.calls.answeredElsewhere];
		const open = answered
			.map(({ topic, by }) => ({ topic: `${topic}, answered elsewhere`, by }))
			.filter(({ topic }) => !questions.isAnswered(topic));
		if (open.length === 0 || !this.hasNoJob(orders)) return false;
		for (const { topic, by } of open) questions.ask(topic, { other: by });
		return true;
	}

	/** Whether nothing is known of an item's job. */
	private hasNoJob(orders: ReadonlyMap<number, AskedFor>): boolean {
		return [...orders].some(([item, asked]) => this.memory.recall(item, asked) === undefined);
	}

	/** @returns a question, where there are jobs that none of the items asks for, and items without a job */
	private async askAboutOthers(
		orders: ReadonlyMap<number, AskedFor>,
	): Promise<Claimed | undefined> {
		const { calls, memory } = this;
		if (!this.hasNoJob(orders)) return undefined;
		for (const { execution, jobs } of memory.leftElsewhere(orders.values())) {
			const topic = `jobs of ${execution}`;
			if (await calls.isAnswered(topic)) continue;
			memory.questions.ask(topic, { other: execution, jobs });
		}
		return this.question;
	}

	/** What this execution asks about the jobs of others. */
	private get question(): Claimed | undefined {
		const { aboutOthers } = this.memory.questions;
		return aboutOthers && { free: false, by: aboutOthers.other, jobs: aboutOthers.jobs };
	}
}
