import type { IExecuteFunctions } from 'n8n-workflow';

import { pause } from '../pause';

/** Marks that n8n keeps per node; older ones are dropped. A run that creates jobs leaves up to 8, and up to 50 in a called workflow. */
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

/** Who waits for whom: in one process, the marks of a scope are read and written one run at a time. */
const queues = new Map<string, Promise<unknown>>();

/**
 * Marks in n8n's database, by its deduplication helper: they are there at once, and outlive a killed process. n8n reads
 * all marks of a scope and writes them back together, so of two processes that do so at once, the first one's marks
 * are lost.
 */
export class Marks {
	constructor(
		private readonly ctx: IExecuteFunctions,
		private readonly signal: AbortSignal,
	) {}

	/** Leaves marks of any names. */
	async leave(names: string[]): Promise<void> {
		await this.alone(async () => this.record(names));
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
		const key = `${this.ctx.getWorkflow().id} ${this.ctx.getNode().id}`;
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
			if (seconds === undefined || keepsNoMarks(error) || this.signal.aborted) throw error;
			await pause(seconds, this.signal);
			return await this.record(names, failedTries + 1);
		});
	}

	async remove(names: string[]): Promise<void> {
		await this.ctx.helpers.removeProcessed(names, 'node', { mode: 'entries' });
	}

	private async recordNow(names: string[]): Promise<string[]> {
		const { processed } = await this.ctx.helpers.checkProcessedAndRecord(names, 'node', {
			mode: 'entries',
			maxEntries: MOST_MARKS,
		});
		return processed.map(String);
	}
}
