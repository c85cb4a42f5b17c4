import type { IExecuteFunctions } from 'n8n-workflow';

import type { LipSyncResponse } from '../api/contract';
import { FileMemory } from './fileMemory';
import {
	currentTurn,
	dropElsewhere,
	keepElsewhere,
	memoryIn,
	readQuestions,
	recordsOf,
	turnsElsewhere,
	type AskedFor,
	type JobRecord,
	type NodeMemory,
	type Turn,
} from './memoryRecords';
import { executionId, isTool } from './order';
import { Questions } from './questions';

/** What says most of an item's job comes first: a job that exists ends the doubt of a try before it. */
const STATES = ['created', 'asked', 'failed'] as const;

/** The rank of a job that exists in the account that asks. */
const MOST = -1;

/** @returns the lower, the more it says */
function rank(record: JobRecord | undefined, { account }: AskedFor): number {
	if (record === undefined) return STATES.length;
	const isOwnJob = record.state === 'created' && record.account === account;
	return isOwnJob ? MOST : STATES.indexOf(record.state);
}

/** The id of the execution that a record or a question names with its mode. */
export const idOf = (execution: string): string => execution.slice(execution.indexOf(':') + 1);

/** The topic of the question whether the job of a record exists. */
export const doubt = ({ entry }: JobRecord): string => `order ${entry}`;

interface RecalledJob extends JobRecord {
	/** Or by another one, whose memory this execution has. */
	byThisExecution: boolean;
}

/**
 * What this node did in this execution, kept in the execution itself (`getContext('node')`). It survives the
 * tries of Retry On Fail, is stored with a failed execution, and comes back when that execution is retried
 * from n8n's list: the reason why an item is paid for once. What an order is, `order.ts` says.
 */
export class ExecutionMemory {
	/** As n8n stores it. */
	readonly stored: NodeMemory;
	private turn: Turn;
	private readonly execution: string;
	private readonly runIndex: number;
	/** Whether the node has run before in this execution, and nothing of that is remembered. */
	readonly hasForgotten: boolean;
	readonly files: FileMemory;
	readonly questions: Questions;
	/** Items of this run that have asked for a job, and were not refused for certain. */
	private readonly asked = new Set<number>();

	/** Of all jobs that are known. */
	private readonly ids: Set<string | undefined>;

	/** Entries of the records that this run has begun with. */
	private readonly known: ReadonlySet<string>;

	constructor(private readonly ctx: IExecuteFunctions) {
		this.stored = memoryIn(ctx.getContext('node'));
		const records = recordsOf(this.stored);
		this.ids = new Set(records.map(({ response }) => response?.id));
		this.known = new Set(records.map(({ entry }) => entry));
		this.runIndex = ctx.getWorkflowDataProxy(0).$runIndex as number;
		this.hasForgotten = this.runIndex > 0 && this.stored.turns.length === 0;
		// The mode is part of the name because a retried execution may be known under the id of the first.
		this.execution = `${ctx.getMode()}:${executionId(ctx)}`;
		this.stored.ranIn = this.execution;
		this.turn = currentTurn(this.stored, this.runIndex, this.execution);
		this.files = new FileMemory(this.stored);
		this.questions = new Questions(
			this.stored,
			this.execution,
			!isTool(ctx) && !ctx.continueOnFail(),
		);
	}

	/**
	 * To be called at the end of the run.
	 * @param delivered items that gave an output; a job of another item is taken over by a later turn
	 */
	leave(delivered: ReadonlySet<number>): void {
		this.turn.ended = true;
		for (const [item, record] of Object.entries(this.turn.jobs)) {
			record.delivered = delivered.has(Number(item));
		}
	}

	/** The job this item has already, or may have. */
	recall(itemIndex: number, asked: AskedFor): RecalledJob | undefined {
		const own = this.turn.jobs[itemIndex];
		const known = own !== undefined && this.isSame(own, asked) ? own : undefined;
		const again = this.goBack(itemIndex, asked, known) ?? known;
		const best = this.inherit(itemIndex, asked, again) ?? again;
		return best && { ...best, byThisExecution: best.execution === this.execution };
	}

	/** The job that an item had before a person made something else of it, and that was not refunded. */
	supersededJob(itemIndex: number, asked: AskedFor): string | undefined {
		const record = this.turn.jobs[itemIndex];
		if (record === undefined || this.isSame(record, asked)) return undefined;
		return this.jobId(itemIndex);
	}

	private isSame({ execution, fingerprint, written }: JobRecord, asked: AskedFor): boolean {
		return (
			execution === this.execution || fingerprint === asked.fingerprint || written === asked.written
		);
	}

	/** A person has undone an edit, or has chosen the first account again. */
	private goBack(
		itemIndex: number,
		asked: AskedFor,
		known: JobRecord | undefined,
	): JobRecord | undefined {
		const before = this.turn.before?.[itemIndex] ?? [];
		const again = before.findLast(
			(record) => this.isSame(record, asked) && rank(record, asked) < rank(known, asked),
		);
		if (again === undefined) return undefined;
		before.splice(before.indexOf(again), 1);
		this.replace(itemIndex, again);
		return again;
	}

	/**
	 * An earlier turn may have asked for the same, and given nothing: n8n gives each try of Retry On Fail a run
	 * index of its own when an AI agent uses the node as a tool, an agent may ask again after an error, and an
	 * error output may lead back to the node. An agent that tries again asks again for what it was given, too.
	 * @param known of the item's job in this turn; only what says more is inherited
	 */
	private inherit(
		itemIndex: number,
		asked: AskedFor,
		known: JobRecord | undefined,
	): JobRecord | undefined {
		if (rank(known, asked) === MOST) return undefined;
		let best: { from: Turn; item: string; record: JobRecord } | undefined;
		for (const from of this.endedTurns) {
			// The same place first, where several ask for the same.
			for (const item of [String(itemIndex), ...Object.keys(from.jobs)]) {
				const record = from.jobs[item];
				if (record === undefined || !this.isToBeTakenOver(record, asked)) continue;
				if (rank(record, asked) >= rank(best?.record ?? known, asked)) continue;
				best = { from, item, record };
			}
		}
		if (best !== undefined) this.moveHere(best.from, best.item, itemIndex);
		return best?.record;
	}

	/** Other turns than this one. */
	private get endedTurns(): Turn[] {
		return this.stored.turns.filter((turn) => turn !== this.turn && turn.ended === true);
	}

	/** Whether a record of another turn is of the same order. */
	private isToBeTakenOver({ fingerprint, delivered }: JobRecord, asked: AskedFor): boolean {
		return fingerprint === asked.fingerprint && (delivered === false || isTool(this.ctx));
	}

	/** All creations for an item that were sent and not answered: a person may have read of one, and not of the others. */
	doubts(itemIndex: number, asked: AskedFor): JobRecord[] {
		const { jobs, before } = this.turn;
		const own = [...(before?.[itemIndex] ?? []), jobs[itemIndex] ?? []].flat();
		const others = this.endedTurns.flatMap((turn) => Object.values(turn.jobs));
		return [
			...own.filter((record) => this.isSame(record, asked)),
			...others.filter((record) => this.isToBeTakenOver(record, asked)),
		].filter(({ state }) => state === 'asked');
	}

	private moveHere(from: Turn, item: string, itemIndex: number): void {
		const record = from.jobs[item]!;
		delete from.jobs[item];
		this.replace(itemIndex, record);
		const credits = from.paid[record.entry];
		delete from.paid[record.entry];
		if (credits !== undefined) this.turn.paid[record.entry] = credits;
	}

	/** Gives an item a record, and keeps the one it had: its job may be asked for again. */
	private replace(itemIndex: number, record: JobRecord): void {
		const { turn } = this;
		const before = turn.jobs[itemIndex];
		if (before !== undefined && before.state !== 'failed') {
			((turn.before ??= {})[itemIndex] ??= []).push(before);
		}
		turn.jobs[itemIndex] = record;
	}

	/** Offers this run the jobs that another call of the workflow has made, each for the same request. */
	takeOver({ turns, uploads }: NodeMemory): void {
		this.stored.uploads = { ...uploads, ...this.stored.uploads };
		for (const turn of turns) keepElsewhere(this.stored, turn);
	}

	/**
	 * Continues with what a later execution of the family remembers. In a turn that both have from the same execution, an
	 * item has its place. In any other one the nodes before may have run again, and only the same request has the same job.
	 */
	adopt(later: NodeMemory): void {
		const { stored } = this;
		const own = stored.turns.filter(({ elsewhere }) => elsewhere === undefined);
		const isIn = (turns: Turn[], { runIndex, begunBy, elsewhere }: Turn) =>
			elsewhere === undefined &&
			turns.some((each) => each.runIndex === runIndex && each.begunBy === begunBy);
		const continued = later.turns.filter((each) => isIn(own, each));
		Object.assign(stored, later, {
			node: stored.node,
			ranIn: stored.ranIn,
			caller: stored.caller,
			isReplaced: stored.isReplaced === true || later.isReplaced === true,
			uploads: { ...stored.uploads, ...later.uploads },
			questions: { ...stored.questions, ...readQuestions(later) },
			turns: [...stored.turns.filter((each) => !isIn(continued, each)), ...continued],
		});
		for (const turn of continued) dropElsewhere(stored, turn);
		for (const other of later.turns) if (!isIn(own, other)) keepElsewhere(stored, other);
		this.turn = currentTurn(stored, this.runIndex, this.execution);
		// Whoever retries an older execution may not have read what the later one said of its doubts.
		for (const record of recordsOf(stored)) {
			if (!this.known.has(record.entry)) this.questions.withdrawAboutItem(doubt(record));
		}
	}

	/**
	 * Jobs that other executions have made, or may have, in place of this run.
	 * @param orders of this run; what they ask for is left out
	 */
	leftElsewhere(orders: Iterable<AskedFor>): Array<{ execution: string; jobs: string[] }> {
		const asked = new Set(Array.from(orders, ({ fingerprint }) => fingerprint));
		const left = turnsElsewhere(this.stored, this.runIndex)
			.flatMap(({ jobs }) => Object.values(jobs))
			.filter(({ state, fingerprint }) => state !== 'failed' && !asked.has(fingerprint));
		const executions = [...new Set(left.map(({ execution }) => execution))];
		return executions.map((execution) => ({
			execution: idOf(execution),
			jobs: left.flatMap((record) =>
				record.execution === execution && record.response ? [record.response.id] : [],
			),
		}));
	}

	/** The job an item has, or had before this try. */
	jobId(itemIndex: number): string | undefined {
		const record = this.turn.jobs[itemIndex];
		return record?.state === 'created' ? record.response?.id : undefined;
	}

	/** Whether an item has that job. */
	hasJob(id: string): boolean {
		return this.ids.has(id);
	}

	/** Items of this turn that have asked for a job and do not know whether it was made. */
	doubtfulItems(): number[] {
		return Object.keys(this.turn.jobs)
			.filter((item) => this.turn.jobs[item]!.state === 'asked')
			.map(Number);
	}

	/** To be called when the error that ends the execution names those items. */
	noteDoubtsTold(): void {
		for (const item of this.doubtfulItems()) {
			this.questions.askAboutItem(doubt(this.turn.jobs[item]!), item);
		}
	}

	/** Whether this run has made a job for an item, or may have. */
	hasAskedFor(item: number): boolean {
		return this.asked.has(item);
	}

	/** Whether this run has made a job, or may have. */
	get hasCreated(): boolean {
		return this.asked.size > 0;
	}

	/** Credits paid in this turn by all its tries, and not refunded; those of jobs that only may exist included. */
	get spent(): number {
		const turns = [this.turn, ...turnsElsewhere(this.stored, this.runIndex)];
		const paid = turns.flatMap((turn) => Object.values(turn.paid));
		return paid.reduce((sum, credits) => sum + credits, 0);
	}

	/**
	 * To be called before a creation is sent: from here on it may have gone through.
	 * @param credits what it is going to cost
	 */
	rememberAsked(itemIndex: number, asked: AskedFor, credits: number): void {
		const at = Date.now();
		const entry = `${this.execution} ${itemIndex} ${at}`;
		const { execution, turn } = this;
		this.replace(itemIndex, { ...asked, execution, state: 'asked', at, entry });
		turn.paid[entry] = credits;
		this.asked.add(itemIndex);
	}

	rememberCreated(itemIndex: number, response: LipSyncResponse): void {
		const record = this.turn.jobs[itemIndex];
		if (record === undefined) return;
		Object.assign(record, { state: 'created', response, at: Date.now() });
		this.ids.add(response.id);
		const { credits_charged: credits } = response as Partial<LipSyncResponse>;
		if (Number.isFinite(credits)) this.turn.paid[record.entry] = credits!;
	}

	/** The job ended without a result and was refunded: a second try makes a new one. */
	rememberFailed(itemIndex: number): void {
		const record = this.turn.jobs[itemIndex];
		if (record === undefined) return;
		record.state = 'failed';
		delete this.turn.paid[record.entry];
	}

	/** The job was paid for and is gone, as a person was told: a second try makes a new one. */
	rememberGone(itemIndex: number): void {
		const record = this.turn.jobs[itemIndex];
		if (record !== undefined) record.state = 'failed';
	}

	/** It is certain that no job was made. */
	forget(itemIndex: number): void {
		const { jobs, before, paid } = this.turn;
		delete paid[jobs[itemIndex]?.entry ?? ''];
		const earlier = before?.[itemIndex]?.pop();
		if (earlier === undefined) delete jobs[itemIndex];
		else jobs[itemIndex] = earlier;
		this.asked.delete(itemIndex);
	}
}
