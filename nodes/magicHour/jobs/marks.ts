import type { DeduplicationScope, IExecuteFunctions } from 'n8n-workflow';

import { pause } from '../pause';

/** Marks that n8n keeps per node; older ones are dropped. A run that creates jobs leaves up to 8, and up to 53 in a called workflow. */
const MOST_MARKS = 4000;

/** Seconds after which a mark is looked at again: another process may have undone it, or have left it to look for it. */
export const SECOND_LOOK = { seconds: 0.5, times: 3 };

/**
 * Seconds after which a database that did not answer is asked again: a backup may lock it for a moment, and the first
 * mark of all fails if two executions leave it at once.
 */
export const SECONDS_BEFORE_NEXT_TRY = [0.1, 1, 4, 10];

/** Whether this n8n has nothing to keep marks in, whoever asks: then the helper's own assertion fails. */
export const keepsNoMarks = (error: unknown): boolean =>
	(error as { name?: unknown } | null)?.name === 'AssertionError';

/**
 * Whether a user's node Remove Duplicates keeps only the highest value in the same scope: then n8n refuses other marks
 * there.
 */
const isTakenForValues = (error: unknown): boolean =>
	(error as object | null)?.constructor.name === 'DeduplicationError';

/** Who waits for whom: in one process, the marks of a scope are read and written one run at a time. */
const queues = new Map<string, Promise<unknown>>();

/**
 * Marks in n8n's database, by its deduplication helper: they are there at once, and outlive a killed process. n8n reads
 * all marks of a scope and writes them back together, so of two processes that do so at once, the first one's marks
 * are lost.
 */
export class Marks {
	/** n8n keeps the marks of a workflow for whoever leaves any. */
	private readonly prefix: string;

	/**
	 * @param scope `node`: the marks of this node alone, known by its id. `workflow`: the marks of all nodes of the workflow that have
	 *   had its name. They lie among those of the user's own Remove Duplicates nodes, so they are few, and push none out
	 */
	constructor(
		private readonly ctx: IExecuteFunctions,
		private readonly signal: AbortSignal,
		private readonly scope: DeduplicationScope = 'node',
	) {
		this.prefix = scope === 'node' ? '' : `Magic Hour ${ctx.getNode().name}: `;
	}

	/** Whether there is no mark, of whatever name. */
	async isEmpty(): Promise<boolean> {
		const { helpers } = this.ctx;
		return (await helpers.getProcessedDataCount(this.scope, { mode: 'entries' })) === 0;
	}

	/** Leaves marks of any names. @returns those of the names that had one before */
	async leave(names: string[]): Promise<string[]> {
		return await this.alone(async () => this.record(names));
	}

	async takeBack(names: string[]): Promise<void> {
		await this.alone(async () => this.remove(names));
	}

	/** @returns those of the names that have a mark */
	async known(names: string[]): Promise<string[]> {
		return await this.alone(async () => this.look(names));
	}

	/** Whether a name has a mark that stays, and not the one that another process leaves while it looks. */
	async isLeft(name: string): Promise<boolean> {
		if ((await this.known([name])).length === 0) return false;
		await this.pause();
		return (await this.known([name])).length > 0;
	}

	/** Waits until another process has had the time for its own update. */
	async pause(): Promise<void> {
		await pause(SECOND_LOOK.seconds, this.signal);
	}

	/** Lets a task use the three methods below while no other run in this process does. */
	async alone<T>(task: () => Promise<T>): Promise<T> {
		const owner = this.scope === 'node' ? this.ctx.getNode().id : 'all nodes';
		const key = `${this.ctx.getWorkflow().id} ${owner}`;
		const before = queues.get(key);
		const turn = (before ?? Promise.resolve()).then(task, task);
		queues.set(key, turn);
		try {
			return await turn;
		} finally {
			if (queues.get(key) === turn) queues.delete(key);
		}
	}

	/** n8n has no way to look without leaving marks, so those that are new are removed. */
	async look(names: string[]): Promise<string[]> {
		const found = await this.record(names);
		await this.remove(names.filter((name) => !found.includes(name)));
		return found;
	}

	/**
	 * Leaves marks, and tells which were there before.
	 * @throws Error when the database is away
	 */
	async record(names: string[], failedTries = 0): Promise<string[]> {
		return await this.recordNow(names).catch(async (error: unknown) => {
			const seconds = SECONDS_BEFORE_NEXT_TRY[failedTries];
			if (isTakenForValues(error)) return [];
			if (seconds === undefined || keepsNoMarks(error) || this.signal.aborted) throw error;
			await pause(seconds, this.signal);
			return await this.record(names, failedTries + 1);
		});
	}

	async remove(names: string[]): Promise<void> {
		await this.ctx.helpers.removeProcessed(this.prefixed(names), this.scope, { mode: 'entries' });
	}

	private async recordNow(names: string[]): Promise<string[]> {
		const { processed } = await this.ctx.helpers.checkProcessedAndRecord(
			this.prefixed(names),
			this.scope,
			{ mode: 'entries', ...(this.scope === 'node' && { maxEntries: MOST_MARKS }) },
		);
		return processed.map((name) => String(name).slice(this.prefix.length));
	}

	private prefixed(names: string[]): string[] {
		return names.map((name) => this.prefix + name);
	}
}
