import type { IExecuteFunctions } from 'n8n-workflow';

import { MagicHourClient } from './client';
import { JobIndex } from './customData';
import { limit, type Limit } from './limit';
import { leaveMark } from './mark';
import type { ExecutionMemory } from './memory';
import { Pace } from './pace';
import { Parameters } from './parameters';
import { Progress } from './progress';
import { Uploads } from './uploads';

const DEFAULT_PARALLEL_REQUESTS = 5;

/**
 * Status checks at a time, for each item that may be started at a time: they are small, and at a distance of
 * some tenths of a second, five at a time could not ask for a batch of 200 as often as it should be.
 */
const CHECKS_PER_PLACE = 10;

/** What all items of one run of the node share. */
export class Run {
	private readonly jobIds = new Map<number, string>();
	private readonly jobIndex: JobIndex;
	private mark?: Promise<boolean>;
	readonly progress: Progress;
	/** Of the jobs that are waited for. */
	readonly pace = new Pace();

	private constructor(
		readonly ctx: IExecuteFunctions,
		readonly client: MagicHourClient,
		readonly memory: ExecutionMemory,
		readonly uploads: Uploads,
		/** Items are started through this one. */
		readonly starts: Limit,
		/** Status checks go through this one, downloads through the next, so that neither holds up the other. */
		readonly checks: Limit,
		readonly downloads: Limit,
		/** Aborts when the execution is stopped, or when the run fails as a whole. */
		readonly signal: AbortSignal,
	) {
		this.progress = new Progress(ctx);
		this.jobIndex = new JobIndex(ctx);
	}

	/** @throws Problem when the credential or Parallel Requests cannot be used */
	static async create(
		ctx: IExecuteFunctions,
		memory: ExecutionMemory,
		signal: AbortSignal,
	): Promise<Run> {
		const places = Math.floor(
			new Parameters(ctx, 0).optionalNumber('options.parallelRequests', 'Parallel Requests', 1) ??
				DEFAULT_PARALLEL_REQUESTS,
		);
		const client = await MagicHourClient.create(ctx, signal);
		const uploads = new Uploads(ctx, client, memory, signal);
		return new Run(
			ctx,
			client,
			memory,
			uploads,
			limit(places),
			limit(places * CHECKS_PER_PLACE),
			limit(places),
			signal,
		);
	}

	/** Ids of the jobs of this run, by item. */
	get jobs(): ReadonlyMap<number, string> {
		return this.jobIds;
	}

	/**
	 * To be asked before a job is made. Where the process of an earlier try was killed, what it remembered is lost
	 * with it, and only the mark tells that there was one. A person who retries after that has been told.
	 */
	async hasLostMemory(): Promise<boolean> {
		this.mark ??= leaveMark(this.ctx);
		if ((await this.mark) && this.memory.isBlank) this.memory.rememberLoss();
		return this.memory.foundLoss;
	}

	/**
	 * To be called when a job was made just now. n8n writes an execution down when it ends, so the log is the
	 * only place on this side that still has the id after the process was killed.
	 */
	logJob(itemIndex: number, id: string): void {
		this.ctx.logger.info(
			`Magic Hour job ${id} was created for item ${itemIndex} of execution ${this.ctx.getExecutionId()}`,
		);
	}

	/** To be called as soon as the id of an item's job is known. */
	noteJob(itemIndex: number, id: string): void {
		this.jobIds.set(itemIndex, id);
		this.progress.expect(id);
		try {
			this.jobIndex.add(id);
		} catch (error) {
			// What is only told must never fail a job that is paid for.
			this.ctx.logger.warn(
				`Could not note Magic Hour job ${id} in the execution: ${String(error)}`,
			);
		}
	}
}
