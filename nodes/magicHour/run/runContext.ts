import type { IExecuteFunctions } from 'n8n-workflow';

import { MagicHourClient } from '../api/client';
import { JobIndex } from '../jobs/jobIndex';
import { limit, type Limit } from '../concurrency';
import { Claim } from '../jobs/claim';
import type { Claimed } from '../jobs/claimed';
import type { ExecutionMemory } from '../jobs/memory';
import type { AskedFor } from '../jobs/memoryRecords';
import { MediaLooks } from '../media/mediaLooks';
import { writtenFields, writtenOrder } from '../jobs/order';
import { PollPace } from '../jobs/pollPace';
import { Progress } from '../jobs/progress';
import { Uploads } from '../files/uploads';

/** Creations at a time at most; how many there are in fact, the governor finds out. */
const DEFAULT_PARALLEL_REQUESTS = 50;

/** Results that are loaded at a time: they are limited by the line. */
const MOST_DOWNLOADS = 5;

/** Status checks at a time, for each creation at a time; they are small. */
const CHECKS_PER_PLACE = 10;
const MOST_CHECKS = 50;

/** Minutes for which a rate limit may let nothing through before a run gives up. */
const DEFAULT_PATIENCE = 15;

/** What a person may set for a run as a whole. */
export interface RunLimits {
	/** Items that are started at a time at most. */
	parallelRequests?: number;
	/** Minutes for which a rate limit may let nothing through before the run gives up. */
	patienceMinutes?: number;
}

/** What all items of one run of the node share. */
export class RunContext {
	private readonly jobIds = new Map<number, string>();
	private readonly jobIndex: JobIndex;
	private readonly claim: Claim;
	private claimed?: Promise<Claimed>;
	private writtenFields?: string;
	/** What the items ask for. */
	readonly orders = new Map<number, AskedFor>();
	private readonly supersededIds: string[] = [];
	readonly progress: Progress;
	readonly looks: MediaLooks;
	/** Of the jobs that are waited for. */
	readonly pace = new PollPace();

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
		/** Minutes for which a rate limit may let nothing through. */
		readonly patienceMinutes: number,
		/** Aborts when the execution is stopped, or when the run fails as a whole. */
		readonly signal: AbortSignal,
	) {
		this.progress = new Progress(ctx);
		this.looks = new MediaLooks(ctx, signal);
		this.jobIndex = new JobIndex(ctx);
		this.claim = new Claim(ctx, memory, signal);
	}

	/** Whether a question about other executions keeps it from making any job. */
	isHeldUp = false;

	/** Items that have a job in another account: one question is about all of them. */
	readonly askedTogether = new Set<number>();

	/** @throws Problem when the credential cannot be used */
	static async create(
		ctx: IExecuteFunctions,
		memory: ExecutionMemory,
		{ parallelRequests, patienceMinutes = DEFAULT_PATIENCE }: RunLimits,
		signal: AbortSignal,
	): Promise<RunContext> {
		const places = Math.floor(parallelRequests ?? DEFAULT_PARALLEL_REQUESTS);
		const told: { run?: RunContext } = {};
		const client = await MagicHourClient.create(ctx, {
			signal,
			patienceMinutes,
			onLimit: (perMinute) => told.run?.noteLimit(perMinute),
		});
		const uploads = new Uploads(ctx, client, memory, signal);
		told.run = new RunContext(
			ctx,
			client,
			memory,
			uploads,
			limit(places),
			limit(Math.max(places, Math.min(places * CHECKS_PER_PLACE, MOST_CHECKS))),
			limit(Math.min(places, MOST_DOWNLOADS)),
			patienceMinutes,
			signal,
		);
		return told.run;
	}

	/** To be called when the run has ended. */
	close(): void {
		this.client.close();
	}

	/** How many items it has. */
	get itemCount(): number {
		return this.ctx.getInputData().length;
	}

	private noteLimit(perMinute: number | undefined): void {
		this.progress.tellLimit({ created: this.jobs.size, items: this.itemCount, perMinute });
	}

	/** Ids of the jobs of this run, by item. */
	get jobs(): ReadonlyMap<number, string> {
		return this.jobIds;
	}

	/**
	 * To be called for every item before the first one asks {@link mayCreate}.
	 * @param fingerprint of what is asked for, with its expressions worked out
	 */
	expectOrder(itemIndex: number, fingerprint: string): AskedFor {
		this.writtenFields ??= writtenFields(this.ctx);
		const asked = {
			fingerprint,
			written: writtenOrder(this.ctx, itemIndex, this.writtenFields),
			account: this.client.account,
		};
		this.orders.set(itemIndex, asked);
		return asked;
	}

	/** What an item asks for, which is to be expected by now. */
	orderOf(itemIndex: number): AskedFor {
		return this.orders.get(itemIndex)!;
	}

	/** To be asked before a job is made; all items of the run share the answer. */
	async mayCreate(): Promise<Claimed> {
		const claimed = await (this.claimed ??= this.claim.take(this.orders));
		this.isHeldUp = !claimed.free;
		return claimed;
	}

	/**
	 * Whether a person was asked about an item by an execution before, and retries all the same. If not, this one asks.
	 * @param topic what is in doubt
	 */
	async isAnswered(topic: string, item: number): Promise<boolean> {
		return await this.claim.isAnswered(topic, item);
	}

	/** Jobs of earlier tries that were replaced, because a person has edited what they are for. */
	get superseded(): readonly string[] {
		return this.supersededIds;
	}

	noteSuperseded(id: string): void {
		this.supersededIds.push(id);
	}

	/**
	 * To be called at the end of the run, whatever the end.
	 * @param isDelivered whether every item has given its output
	 */
	async leave(isDelivered: boolean): Promise<void> {
		await this.claim.leave(isDelivered);
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
