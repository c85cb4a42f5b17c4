import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';

import type { LipSyncResponse } from '../api/contract';
import { executionId, isTool } from './order';
import {
	currentTurn,
	memoryIn,
	type AskedFor,
	type JobRecord,
	type Loss,
	type NodeMemory,
	type Turn,
} from './memoryRecords';

/** Magic Hour keeps uploads for 7 days; a file that could vanish while a job waits is sent again. */
const UPLOAD_LIFETIME_MS = 6 * 24 * 3600 * 1000;

/** The run index of what another execution has done; this one has no such run. */
const ELSEWHERE = -1;

/** What an item is to inherit first: a job that exists ends the doubt of a try before it. */
const STATES = ['created', 'asked', 'failed'] as const;

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
	/** Items of this run that have asked for a job, and were not refused for certain. */
	private readonly asked = new Set<number>();

	constructor(private readonly ctx: IExecuteFunctions) {
		this.stored = memoryIn(ctx.getContext('node'));
		this.runIndex = ctx.getWorkflowDataProxy(0).$runIndex as number;
		this.turn = currentTurn(this.stored, this.runIndex);
		// The mode is part of the name because a retried execution may be known under the id of the first.
		this.execution = `${ctx.getMode()}:${executionId(ctx)}`;
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
	recall(
		itemIndex: number,
		asked: AskedFor,
	): (JobRecord & { byThisExecution: boolean }) | undefined {
		const record = this.turn.jobs[itemIndex] ?? this.inherit(itemIndex, asked);
		if (record === undefined || !this.isSame(record, asked)) return undefined;
		return { ...record, byThisExecution: record.execution === this.execution };
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

	/**
	 * An earlier turn may have asked for the same, and given nothing: n8n gives each try of Retry On Fail a run
	 * index of its own when an AI agent uses the node as a tool, an agent may ask again after an error, and an
	 * error output may lead back to the node. An agent that tries again asks again for what it was given, too.
	 */
	private inherit(itemIndex: number, { fingerprint }: AskedFor): JobRecord | undefined {
		for (const state of STATES) {
			for (const from of this.stored.turns) {
				if (from === this.turn || from.ended !== true) continue;
				const isOpen = (item: string | number) => {
					const record = from.jobs[item];
					if (record?.state !== state || record.fingerprint !== fingerprint) return false;
					return record.delivered === false || isTool(this.ctx);
				};
				const item = isOpen(itemIndex) ? itemIndex : Object.keys(from.jobs).find(isOpen);
				if (item !== undefined) return this.moveHere(from, item, itemIndex);
			}
		}
		return undefined;
	}

	private moveHere(from: Turn, item: string | number, itemIndex: number): JobRecord {
		const record = from.jobs[item]!;
		delete from.jobs[item];
		this.turn.jobs[itemIndex] = record;
		const credits = from.paid[record.entry];
		delete from.paid[record.entry];
		if (credits !== undefined) this.turn.paid[record.entry] = credits;
		return record;
	}

	/** What this execution, in this try or one before, has found: that another one has made jobs it cannot know. */
	get foundLoss(): Loss | undefined {
		const { loss } = this.stored;
		return loss?.foundBy === this.execution ? loss : undefined;
	}

	/** Whether the execution that is retried has told of a step that is taken. */
	isToldOf(step: string): boolean {
		const { loss } = this.stored;
		return loss?.step === step && loss.foundBy !== this.execution;
	}

	/** @param other the id of that execution, where it is known */
	rememberLoss(step: string, other: string | undefined): void {
		this.stored.loss = { foundBy: this.execution, other, step };
	}

	/** Whether the execution that is retried has told of jobs of another account than the one that was given. */
	isToldOfOtherAccount(given: string): boolean {
		const { otherAccount } = this.stored;
		return otherAccount?.given === given && otherAccount.foundBy !== this.execution;
	}

	rememberOtherAccount(given: string): void {
		this.stored.otherAccount = { foundBy: this.execution, given };
	}

	/** Offers this run the jobs that another call of the workflow has made, each for the same request. */
	takeOver({ turns, uploads }: NodeMemory): void {
		this.stored.uploads = { ...uploads, ...this.stored.uploads };
		const known = new Set(
			this.stored.turns.flatMap(({ jobs }) => Object.values(jobs).map(({ entry }) => entry)),
		);
		for (const { jobs, paid } of turns) {
			const unknown = Object.entries(jobs).filter(([, { entry }]) => !known.has(entry));
			for (const [, record] of unknown) record.delivered = false;
			const offered = Object.fromEntries(unknown);
			this.stored.turns.push({ runIndex: ELSEWHERE, jobs: offered, paid, ended: true });
		}
	}

	/** Continues with what a later execution of the family remembers; it has begun where this one begins. */
	adopt(later: NodeMemory): void {
		const known = this.turn.jobs;
		Object.assign(this.stored, later, { uploads: { ...this.stored.uploads, ...later.uploads } });
		this.turn = currentTurn(this.stored, this.runIndex);
		for (const [item, record] of Object.entries(this.turn.jobs)) {
			// Whoever retries an older execution may not have read what the later one said of its doubt.
			if (record.state === 'asked' && known[item]?.entry !== record.entry) {
				record.execution = this.execution;
			}
		}
	}

	/**
	 * The execution that has asked for the same item in the words of another request, such as one with the time in it.
	 * @returns undefined also where a person was told of it
	 */
	askedElsewhere({ written }: AskedFor): string | undefined {
		const records = this.stored.turns
			.filter(({ runIndex }) => runIndex === ELSEWHERE)
			.flatMap(({ jobs }) => Object.values(jobs))
			.filter((record) => record.written === written && record.state !== 'failed');
		return records.map(({ execution }) => execution).find((by) => !this.isToldOf(by));
	}

	/** The job an item has, or had before this try. */
	jobId(itemIndex: number): string | undefined {
		const record = this.turn.jobs[itemIndex];
		return record?.state === 'created' ? record.response?.id : undefined;
	}

	/** Items of this turn that have asked for a job and do not know whether it was made. */
	doubtfulItems(): number[] {
		return Object.keys(this.turn.jobs)
			.filter((item) => this.turn.jobs[item]!.state === 'asked')
			.map(Number);
	}

	/** Whether this run has made a job, or may have. */
	get hasCreated(): boolean {
		return this.asked.size > 0;
	}

	/** Credits paid in this turn by all its tries, and not refunded; those of jobs that only may exist included. */
	get spent(): number {
		return Object.values(this.turn.paid).reduce((sum, credits) => sum + credits, 0);
	}

	/**
	 * To be called before a creation is sent: from here on it may have gone through.
	 * @param credits what it is going to cost
	 */
	rememberAsked(itemIndex: number, asked: AskedFor, credits: number): void {
		const at = Date.now();
		const entry = `${this.execution} ${itemIndex} ${at}`;
		const { execution } = this;
		this.turn.jobs[itemIndex] = { ...asked, execution, state: 'asked', at, entry };
		this.turn.paid[entry] = credits;
		this.asked.add(itemIndex);
	}

	rememberCreated(itemIndex: number, response: LipSyncResponse): void {
		const record = this.turn.jobs[itemIndex];
		if (record === undefined) return;
		Object.assign(record, { state: 'created', response, at: Date.now() });
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

	/** It is certain that no job was made. */
	forget(itemIndex: number): void {
		delete this.turn.paid[this.turn.jobs[itemIndex]?.entry ?? ''];
		delete this.turn.jobs[itemIndex];
		this.asked.delete(itemIndex);
	}

	/** @returns the `file_path` of a file this execution has uploaded, while Magic Hour still has it */
	recallUpload(key: string): string | undefined {
		const upload = this.stored.uploads[key];
		return upload && Date.now() - upload.at < UPLOAD_LIFETIME_MS ? upload.filePath : undefined;
	}

	rememberUpload(key: string, filePath: string): void {
		this.stored.uploads[key] = { filePath, at: Date.now() };
	}

	/** @returns the results of a job that this execution has loaded; n8n may have deleted them since */
	recallDownload(jobId: string): IBinaryData[] | undefined {
		return this.stored.downloads?.[jobId];
	}

	/** Results that n8n keeps in the items themselves are not remembered: that would double them. */
	rememberDownload(jobId: string, results: IBinaryData[]): void {
		if (results.some(({ id }) => id === undefined)) return;
		(this.stored.downloads ??= {})[jobId] = results;
	}
}
