import type { IExecuteFunctions } from 'n8n-workflow';

import { callerOf, type Caller } from './caller';
import type { Claimed, OtherExecution } from './claimed';
import type { Marks } from './marks';
import type { ExecutionMemory } from './memory';
import type { AskedFor } from './memoryRecords';
import { itemDigest } from './order';
import { storedExecution } from './storedExecution';
import { StepMarks, type Step } from './stepMarks';
import { storedMemory, type StoredMemory } from './storedMemory';

/** Earlier calls that had the same item, and that are looked at. */
const MOST_CALLS = 50;

/** Executions since an earlier call that are looked at for one that has failed. */
const MOST_BETWEEN = 50;

/**
 * Items of a call that are marked, of each kind of digest: those whose digests come first in the alphabet. Two calls with
 * much the same items have them in common, whatever their order.
 */
const MARKED_ITEMS = 3;

/**
 * Each call of a workflow by another one is an execution of its own, and whoever calls it again hands it the same
 * items. So a run in a called workflow marks what its items ask for under the name of its caller. A call that finds
 * such a mark takes over what the earlier one has made, if n8n has saved it. If not, a person is asked. The answer is a
 * retry of the call that asked, and is marked for all others when it has led to a job. A retry of the caller is none: n8n
 * doesn't tell whether it is one of the execution that has shown the question.
 */
export class CallClaim {
	private readonly steps: StepMarks;
	private taken: Step[] = [];
	/** Questions that were answered by the retry of another call than this one comes from. */
	readonly answeredElsewhere: OtherExecution[] = [];
	/** Questions that a retry answers, and the item of each; undefined: it is about other calls. */
	private readonly answered = new Map<string, number | undefined>();

	constructor(
		private readonly ctx: IExecuteFunctions,
		private readonly memory: ExecutionMemory,
		private readonly marks: Marks,
	) {
		this.steps = new StepMarks(marks);
	}

	/**
	 * @param orders of all items
	 * @throws Error when the database is away
	 */
	async take(id: string, orders: ReadonlyMap<number, AskedFor>): Promise<Claimed> {
		const caller = await this.findCaller();
		if (caller === undefined) return { free: true, adopted: false };
		if (this.ctx.getMode() === 'integrated') this.memory.stored.answers = caller.id;
		else delete this.memory.stored.answers;
		const items = this.markedItems(orders);
		const isItemKnown = await this.wereHadBefore(items, caller);
		const found: Found = { takenOver: new Set(), unknown: new Map(), isItemKnown };
		for (const item of items) {
			await this.takeItem(id, caller, item, found);
		}
		for (const [topic, other] of found.unknown) this.memory.questions.ask(topic, { other });
		return found.unknown.size === 0
			? { free: true, adopted: found.takenOver.size > 0 }
			: { free: false };
	}

	/**
	 * Whether a person has retried an execution that has asked: this one's predecessor, or another call.
	 * @param item that it is about, if it isn't about other calls
	 */
	async isAnswered(topic: string, item?: number): Promise<boolean> {
		const caller = await this.findCaller();
		const isAnsweredHere = this.memory.questions.isAnswered(topic);
		if (caller === undefined) return isAnsweredHere;
		if (isAnsweredHere) this.answered.set(topic, item);
		const mark = answeredMark(caller, topic);
		return isAnsweredHere || (await this.marks.known([mark])).length > 0;
	}

	/** To be called when a job was made. An answer counts for other calls once it has led to a job, and not before. */
	async noteAnswers(): Promise<void> {
		const caller = await this.findCaller();
		if (caller === undefined) return;
		const used = [...this.answered].filter(
			([, item]) => item === undefined || this.memory.hasAskedFor(item),
		);
		if (used.length === 0) return;
		await this.marks.leave(used.map(([topic]) => answeredMark(caller, topic)));
	}

	async giveBack(id: string): Promise<void> {
		for (const step of this.taken) await this.steps.giveBack(step, id);
	}

	/** To be called when every item has given its output. */
	async noteDelivered(): Promise<void> {
		const { answers } = this.memory.stored;
		if (answers === undefined) return;
		await this.marks.leave(this.taken.map((step) => deliveredMark(step, answers)));
	}

	/**
	 * Asks, where earlier calls may be marked under another name, because n8n has not stored the executions in between and
	 * nothing is remembered of them.
	 */
	async mustAskAboutOthers(): Promise<boolean> {
		const { questions } = this.memory;
		const caller = await this.findCaller();
		if (caller?.isWhole !== false || questions.isAnswered(EARLIER_CALLS)) return false;
		questions.ask(EARLIER_CALLS, {});
		return true;
	}

	/** By what the node remembers: n8n may not have kept all executions in between. */
	private async findCaller(): Promise<Caller | undefined> {
		return (this.memory.stored.caller ??= await callerOf(this.ctx));
	}

	/** Takes the first place of this item that no earlier call has taken. */
	private async takeItem(id: string, caller: Caller, item: Item, found: Found): Promise<void> {
		for (let place = 0; place < MOST_CALLS; place++) {
			const name = `called by ${caller.family} for ${item.digest} ${place}`;
			const step = { own: name, family: name };
			if (!(await this.steps.take(step, id, false))) {
				this.taken.push(step);
				return;
			}
			const by = await this.steps.takenBy(step);
			// By an earlier try of this very call.
			if (by === id) return;
			if (by !== undefined && found.takenOver.has(by)) continue;
			const other = await storedMemory(this.ctx, by);
			if (item.isRequest && (await this.isOfAnotherItem(step, other, caller.id))) {
				if (found.isItemKnown || !(await this.mayBeCalledAgain(by, id, caller.id))) continue;
			}
			const topic = by === undefined ? name : `call ${by}`;
			if (other !== undefined) {
				found.takenOver.add(by!);
				this.memory.takeOver(other);
			} else if (!(await this.isAnswered(topic))) {
				found.unknown.set(topic, by);
				return;
			} else if (!this.memory.questions.isAnswered(topic)) {
				this.answeredElsewhere.push({ topic, by });
			}
		}
	}

	/** Whether an earlier call had one of the items as it came in, also if it made no job. */
	private async wereHadBefore(items: Item[], { family }: Caller): Promise<boolean> {
		const own = items.filter(({ isRequest }) => !isRequest);
		const had = await this.marks.leave(own.map(({ digest }) => `${family} had ${digest}`));
		return had.length > 0;
	}

	/** As they came in, because the node may be edited before the next call; and by what they ask for. */
	private markedItems(orders: ReadonlyMap<number, AskedFor>): Item[] {
		const first = (digests: string[]) => [...new Set(digests)].sort().slice(0, MARKED_ITEMS);
		const requests = first([...orders.values()].map(({ fingerprint }) => fingerprint));
		const items = first([...orders.keys()].map((item) => itemDigest(this.ctx, item)));
		return [
			...items.map((digest) => ({ digest, isRequest: false })),
			...requests.map((digest) => ({ digest, isRequest: true })),
		];
	}

	/**
	 * Two items may ask for the same. The one before has its job, where this very execution of the caller has got it. A
	 * retry of the caller may call for the same one again, and so may the retry of a call that has failed: the caller's
	 * error output may have led to another call since.
	 */
	private async isOfAnotherItem(
		step: Step,
		other: StoredMemory | undefined,
		callerId: string,
	): Promise<boolean> {
		if (this.ctx.getMode() === 'retry') return false;
		if (other !== undefined) return other.answers === callerId && !other.hasFailed;
		return (await this.marks.known([deliveredMark(step, callerId)])).length > 0;
	}

	/**
	 * Whether this execution of the caller tries again by Retry On Fail, and has called for this very item before: then
	 * one of its calls has failed since. What n8n has not saved may have failed.
	 */
	private async mayBeCalledAgain(
		by: string | undefined,
		id: string,
		callerId: string,
	): Promise<boolean> {
		const between = Number(id) - Number(by) - 1;
		if (!(between <= MOST_BETWEEN)) return true;
		const ids = Array.from({ length: between }, (_, index) => String(Number(by) + 1 + index));
		const stored = await Promise.all(ids.map(async (other) => storedExecution(this.ctx, other)));
		return stored.some(
			(data) =>
				data === undefined ||
				(data.parentExecution?.executionId === callerId && data.resultData.error !== undefined),
		);
	}
}

/** The topic of the question about calls that cannot be found. */
const EARLIER_CALLS = 'earlier calls';

const answeredMark = ({ family }: Caller, topic: string): string => `${family} answered ${topic}`;

const deliveredMark = ({ family }: Step, callerId: string): string =>
	`${family} delivered to ${callerId}`;

/** What earlier calls have left. */
interface Found {
	takenOver: Set<string>;
	/** Calls of which nothing is known, by the topic of the question about them. */
	unknown: Map<string, string | undefined>;
	/** Whether an earlier call had an item of this one, as it came in. */
	isItemKnown: boolean;
}

/** An item of the call, by a digest. */
interface Item {
	digest: string;
	/** Of what is asked for, and not of the item as it came in. */
	isRequest: boolean;
}
