import { createHash } from 'node:crypto';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { LipSyncResponse } from './api.types';

/** What is remembered of one item's job. */
export interface JobRecord {
	/** Of what was asked, see {@link fingerprint}. */
	fingerprint: string;
	/** The execution that asked. */
	execution: string;
	/** `asked`: sent, and not known whether a job was made. `failed`: ended in `error` or `canceled`, refunded. */
	state: 'asked' | 'created' | 'failed';
	/** Milliseconds since the epoch. */
	at: number;
	/** What the API answered, once it did. */
	response?: LipSyncResponse;
}

interface UploadRecord {
	filePath: string;
	/** Milliseconds since the epoch. */
	at: number;
}

/** One run of the node in the execution, all its tries included: a later turn of a loop is another one. */
interface Turn {
	runIndex: number;
	/** By item. */
	jobs: Record<string, JobRecord>;
	/** Unset while it runs. */
	ended?: 'well' | 'badly';
	/** The execution that found that an earlier one had run this turn, and that its memory is lost. */
	lossFoundBy?: string;
}

interface NodeMemory {
	turns: Turn[];
	uploads: Record<string, UploadRecord>;
}

/** Magic Hour keeps uploads for 7 days; a file that could vanish while a job waits is sent again. */
const UPLOAD_LIFETIME_MS = 6 * 24 * 3600 * 1000;

/**
 * What this node did in this execution, kept in the execution itself (`getContext('node')`). It survives the
 * tries of Retry On Fail, is stored with a failed execution, and comes back when that execution is retried
 * from n8n's list: the reason why an item is paid for once.
 */
export class ExecutionMemory {
	private readonly memory: NodeMemory;
	private readonly turn: Turn;
	private readonly execution: string;
	/** Whether nothing is remembered of this turn or a later one: this is the first try, or the memory of it is lost. */
	readonly isBlank: boolean;

	constructor(ctx: IExecuteFunctions) {
		const context = ctx.getContext('node') as { magicHour?: NodeMemory };
		this.memory = context.magicHour ??= { turns: [], uploads: {} };
		const runIndex = ctx.getWorkflowDataProxy(0).$runIndex as number;
		this.isBlank = this.memory.turns.every((turn) => turn.runIndex < runIndex);
		this.turn = this.enter(runIndex);
		// The mode is part of the name because a retried execution may be known under the id of the first.
		this.execution = `${ctx.getMode()}:${ctx.getExecutionId()}`;
	}

	/** To be called with what became of the run. */
	leave(ended: 'well' | 'badly'): void {
		this.turn.ended = ended;
	}

	private enter(runIndex: number): Turn {
		// What older turns did well is over: the same again is wanted when it is asked for again.
		const turns = this.memory.turns.filter(
			(turn) => turn.runIndex === runIndex || turn.ended !== 'well',
		);
		this.memory.turns = turns;
		const known = turns.find((turn) => turn.runIndex === runIndex);
		if (known !== undefined) {
			delete known.ended;
			return known;
		}
		const turn: Turn = { runIndex, jobs: {} };
		turns.push(turn);
		return turn;
	}

	/**
	 * The job this item has already, or may have.
	 *
	 * Within one execution an item asks for one job, whatever its expressions say: one with `$now` in it reads
	 * differently on every try. A person who retries an execution may have changed the workflow first; then
	 * what is asked for has to be the same.
	 */
	recall(itemIndex: number, asked: string): (JobRecord & { byThisExecution: boolean }) | undefined {
		const record = this.turn.jobs[itemIndex] ?? this.inherit(itemIndex, asked);
		if (record === undefined) return undefined;
		const byThisExecution = record.execution === this.execution;
		if (!byThisExecution && record.fingerprint !== asked) return undefined;
		return { ...record, byThisExecution };
	}

	/**
	 * n8n gives each try of Retry On Fail a run index of its own when an AI agent uses the node as a tool, and
	 * an agent may simply ask again after an error: what a run that ended badly asked for is taken over.
	 */
	private inherit(itemIndex: number, asked: string): JobRecord | undefined {
		const from = this.memory.turns.find(
			({ ended, jobs }) => ended === 'badly' && jobs[itemIndex]?.fingerprint === asked,
		);
		if (from === undefined) return undefined;
		const record = from.jobs[itemIndex]!;
		delete from.jobs[itemIndex];
		this.turn.jobs[itemIndex] = record;
		return record;
	}

	/** Whether this execution, in this try or one before, found that the memory of an earlier one is lost. */
	get foundLoss(): boolean {
		return this.turn.lossFoundBy === this.execution;
	}

	rememberLoss(): void {
		this.turn.lossFoundBy = this.execution;
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

	/** To be called before a creation is sent: from here on it may have gone through. */
	rememberAsked(itemIndex: number, asked: string): void {
		this.turn.jobs[itemIndex] = {
			fingerprint: asked,
			execution: this.execution,
			state: 'asked',
			at: Date.now(),
		};
	}

	rememberCreated(itemIndex: number, response: LipSyncResponse): void {
		const record = this.turn.jobs[itemIndex];
		if (record) Object.assign(record, { state: 'created', response, at: Date.now() });
	}

	/** The job ended without a result and was refunded: a second try makes a new one. */
	rememberFailed(itemIndex: number): void {
		const record = this.turn.jobs[itemIndex];
		if (record) record.state = 'failed';
	}

	/** It is certain that no job was made. */
	forget(itemIndex: number): void {
		delete this.turn.jobs[itemIndex];
	}

	/** @returns the `file_path` of a file this execution has uploaded, while Magic Hour still has it */
	recallUpload(key: string): string | undefined {
		const upload = this.memory.uploads[key];
		return upload && Date.now() - upload.at < UPLOAD_LIFETIME_MS ? upload.filePath : undefined;
	}

	rememberUpload(key: string, filePath: string): void {
		this.memory.uploads[key] = { filePath, at: Date.now() };
	}
}

/** A short, stable digest of what is asked for; no part of it can be read back. */
export function fingerprint(asked: IDataObject): string {
	return createHash('sha256').update(JSON.stringify(asked)).digest('base64url').slice(0, 22);
}
