import type { IExecuteFunctions } from 'n8n-workflow';

import type { Claimed, OtherExecution } from './claimed';
import type { ExecutionMemory } from './memory';
import type { Chain, NodeMemory } from './memoryRecords';
import { familyOf } from './order';
import type { Step, StepMarks } from './stepMarks';
import { storedMemory } from './storedMemory';

/** Other executions whose memory is taken over before a person is asked. */
const MOST_ADOPTIONS = 50;

/**
 * The executions of a family (see `order.ts`) that make jobs are a chain. Each run that is about to make one takes
 * the next step, by a mark in n8n's database, and remembers how many steps it knows. A step that is taken already
 * was taken by somebody whose jobs are not remembered here: a process that was killed, or another retry of the same
 * execution. If that other execution is stored with its memory, it is taken over. If not, a person is asked.
 *
 * The answer to that question is a retry of the execution that asked. It begins the next chain of the family. Who comes
 * to the same question by another way, and finds that chain begun, continues from there, and asks only if an item has no
 * job there either.
 */
export class FamilyClaim {
	private taken?: Step & { number: number; answered: Chain[] };
	/** Questions that were answered by the retry of another execution than this one comes from. */
	readonly answeredElsewhere: OtherExecution[] = [];

	constructor(
		private readonly ctx: IExecuteFunctions,
		private readonly memory: ExecutionMemory,
		private readonly marks: Record<'node' | 'workflow', StepMarks>,
	) {}

	/** @throws Error when the database is away */
	async take(id: string): Promise<Claimed> {
		let hasLookedAgain = false;
		/** The chains of the questions that this execution answers. */
		let answered: Chain[] = [];
		for (let adoptions = 0; ; ) {
			await this.followAnswers(id);
			const beside = await this.takeOverBeside(id);
			if (!beside.free) return beside;
			if (beside.adopted) adoptions++;
			const step = this.step(id, this.chain);
			const number = this.chain.steps;
			// Counted at once: another run of the node, of the same execution, may be under way.
			this.chain.steps++;
			const isTaken = await this.takeIn(step, id).catch((error: unknown) => {
				this.chain.steps--;
				throw error;
			});
			if (!isTaken && !(await this.isBesideAnother(id, answered))) {
				this.taken = { ...step, number, answered };
				if (this.isReplaced) this.chain.beside = this.chain.steps;
				return { free: true, adopted: adoptions > 0 };
			}
			this.chain.steps--;
			if (!isTaken) {
				for (const marks of this.inUse) await marks.giveBack(step, id);
				this.goBackTo(answered);
				answered = [];
				continue;
			}
			const { later, takers } = await this.lookFurther(id, adoptions < MOST_ADOPTIONS);
			if (takers.length === 0 && !hasLookedAgain) {
				// It may have been given back by now, or is about to be signed.
				hasLookedAgain = true;
				await this.marks.node.pause();
				continue;
			}
			if (takers.length === 0) takers.push({ topic: topicOf(step, undefined) });
			const open = this.unanswered(takers);
			if (later !== undefined) {
				adoptions++;
				this.memory.adopt(later);
			} else if (open.length === 0) {
				answered.push(this.chain);
				this.memory.stored.chain = nextChain(this.chain);
			} else if (await this.isAnswered(id)) {
				this.follow(step, takers);
			} else {
				for (const { topic, by } of open) this.memory.questions.ask(topic, { other: by });
				return { free: false, by: idsOf(open) };
			}
		}
	}

	/**
	 * Two lines of retries may begin at the same moment: one continues a chain, and the other one begins the next, because it
	 * doesn't know of the first. Each looks for the other after it has left its own mark, so one of them sees it.
	 */
	private async isBesideAnother(id: string, answered: Chain[]): Promise<boolean> {
		if (this.ctx.getMode() !== 'retry') return false;
		if (answered.length === 0) return await this.isAnswered(id);
		for (const chain of answered) {
			for await (const taker of this.takersFrom(chain, id)) {
				if (this.unanswered([taker]).length > 0) return true;
			}
		}
		return false;
	}

	/** Before an answer has led to a job, others may still continue the chain that it was about. */
	private goBackTo([first]: Chain[]): void {
		if (first !== undefined) this.memory.stored.chain = first;
	}

	private unanswered(takers: OtherExecution[]): OtherExecution[] {
		return takers.filter(({ topic }) => !this.memory.questions.isAnswered(topic));
	}

	/** Jobs may have been made since a person answered another execution, and are found along that chain alone. */
	private async followAnswers(id: string): Promise<void> {
		if (this.ctx.getMode() !== 'retry') return;
		while (await this.isAnswered(id)) {
			const takers: OtherExecution[] = [];
			for await (const taker of this.takersFrom(this.chain, id)) takers.push(taker);
			this.follow(this.step(id, this.chain), takers);
		}
	}

	private follow({ family }: Step, takers: OtherExecution[]): void {
		this.memory.stored.chain = nextChain(this.chain);
		this.answeredElsewhere.push({ topic: family, by: idsOf(takers) });
	}

	/**
	 * Two nodes of which one replaced the other have taken steps that they did not know of. Whoever learns of the other
	 * takes its own steps among the marks of the workflow, too, and takes over what stands there already.
	 */
	private async takeOverBeside(id: string): Promise<Claimed> {
		const { chain, memory } = this;
		let adopted = false;
		const known = this.isReplaced ? (chain.beside ?? 0) : chain.steps;
		for (let steps = known; steps < chain.steps; steps++) {
			const step = this.step(id, { ...chain, steps });
			if (!(await this.marks.workflow.take(step, id, true))) continue;
			const by = await this.marks.workflow.takenBy(step);
			const other = by === id ? undefined : await storedMemory(this.ctx, by);
			const topic = `${topicOf(step, by)} beside`;
			if (other !== undefined) {
				memory.takeOver(other);
				adopted ||= !other.hasAsked;
			} else if (by !== id && !memory.questions.isAnswered(topic)) {
				memory.questions.ask(topic, { other: by });
				return { free: false, by };
			}
		}
		if (this.isReplaced) chain.beside = chain.steps;
		return { free: true, adopted };
	}

	/** Gives the step back; a run that has begun after this one counts on from it. */
	async giveBack(id: string): Promise<void> {
		if (this.taken === undefined || this.chain.steps !== this.taken.number + 1) return;
		for (const marks of this.inUse) await marks.giveBack(this.taken, id);
		this.chain.steps--;
		if (this.isReplaced) this.chain.beside = this.chain.steps;
		this.goBackTo(this.taken.answered);
	}

	/**
	 * Takes a step, among all marks or among none.
	 * @returns whether somebody else has taken it
	 */
	private async takeIn(step: Step, id: string): Promise<boolean> {
		const ours: StepMarks[] = [];
		for (const marks of this.inUse) {
			if (await marks.take(step, id, this.ctx.getMode() === 'retry')) {
				for (const each of ours) await each.giveBack(step, id);
				return true;
			}
			ours.push(marks);
		}
		return false;
	}

	/** Whether the next chain has begun: a person was asked by another execution. */
	private async isAnswered(id: string): Promise<boolean> {
		const first = this.step(id, nextChain(this.chain));
		for (const marks of this.inUse) if (await marks.isTaken(first)) return true;
		return false;
	}

	private get inUse(): StepMarks[] {
		const { node, workflow } = this.marks;
		return this.isReplaced ? [workflow, node] : [node];
	}

	private get isReplaced(): boolean {
		return this.memory.stored.isReplaced === true;
	}

	private get chain(): Chain {
		const { stored } = this.memory;
		return (stored.chain ??= {
			family: familyOf(this.ctx) ?? this.ctx.getExecutionId(),
			answers: 0,
			steps: 0,
		});
	}

	private step(id: string, chain: Chain): Step {
		const name = stepName(chain);
		return { own: `${id} ${name}`, family: name };
	}

	/**
	 * Whoever has taken a step of the chain knows the jobs of all steps before it.
	 * @returns what another execution of the family remembers, if it has come further than this one; and who has taken the
	 *   steps as far as that one's
	 */
	private async lookFurther(
		id: string,
		mayAdopt: boolean,
	): Promise<{ later?: NodeMemory; takers: OtherExecution[] }> {
		const takers: OtherExecution[] = [];
		for await (const taker of this.takersFrom(this.chain, id)) {
			takers.push(taker);
			if (!mayAdopt || taker.by === id) continue;
			const later = await storedMemory(this.ctx, taker.by);
			if (later?.chain !== undefined && isAhead(later.chain, this.chain)) return { later, takers };
		}
		return { takers };
	}

	/** Who has taken the steps that this execution doesn't know of, as far as the chain goes. */
	private async *takersFrom(chain: Chain, id: string): AsyncGenerator<OtherExecution> {
		for (let { steps } = chain; ; steps++) {
			const step = this.step(id, { ...chain, steps });
			const by = await this.takerOf(step);
			if (by === undefined) return;
			yield { topic: topicOf(step, by), by };
		}
	}

	/** The execution that has taken a step; undefined where it is not known, or nobody has. */
	private async takerOf(step: Step): Promise<string | undefined> {
		for (const marks of this.inUse) {
			const by = await marks.takenBy(step);
			if (by !== undefined) return by;
		}
		return undefined;
	}
}

/** Of executions that are known, with commas between. */
const idsOf = (takers: OtherExecution[]): string | undefined =>
	takers.flatMap(({ by }) => by ?? []).join(', ') || undefined;

/** A step that was given back may be taken by another execution, which nobody has asked about. */
const topicOf = ({ family }: Step, by: string | undefined): string =>
	`${family} by ${by ?? 'somebody'}`;

/** The mark of the next step of a chain, as all of its family know it. */
export const stepName = ({ family, answers, steps }: Chain): string =>
	`${family}${answers === 0 ? '' : ` after ${answers}`} ${steps}`;

const nextChain = ({ family, answers }: Chain): Chain => ({
	family,
	answers: answers + 1,
	steps: 0,
});

const isAhead = (one: Chain, other: Chain): boolean =>
	one.family === other.family &&
	(one.answers === other.answers ? one.steps > other.steps : one.answers > other.answers);
