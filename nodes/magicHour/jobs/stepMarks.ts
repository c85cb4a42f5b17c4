import { randomUUID } from 'node:crypto';
import type { IExecuteFunctions } from 'n8n-workflow';

import { pause } from '../pause';

/** Marks that n8n keeps per node; older ones are dropped. A run that creates jobs leaves up to 8, and up to 50 in a called workflow. */
const MOST_MARKS = 4000;

/** n8n keeps digests of marks, not the marks: a number is found again by asking for each of its pairs of digits. */
const PAIRS = Array.from({ length: 100 }, (_, pair) => String(pair).padStart(2, '0'));
const LONGEST_ID = 10;

/**
 * Seconds after which a retry looks whether its mark is still there. n8n reads all marks of a node and writes them
 * back together, so of two processes that do so at once, the first one's marks are lost.
 */
export const SECOND_LOOK = { seconds: 0.5, times: 3 };

/**
 * Seconds after which a database that did not answer is asked again: a backup may lock it for a moment, and the first
 * mark of all fails if two executions leave it at once.
 */
export const SECONDS_BEFORE_NEXT_TRY = [0.1, 1, 4, 10];

/** Whether this n8n has nothing to keep marks in, whoever asks: then the helper's own assertion fails. */
export const keepsNoMarks = (error: unknown): boolean =>
	(error as { name?: unknown } | null)?.name === 'AssertionError';

/** Who waits for whom: in one process, the marks of a node are read and written one run at a time. */
const queues = new Map<string, Promise<unknown>>();

/** A step of a chain of executions, under its two names. */
export interface Step {
	/** Known to this execution alone. */
	own: string;
	/** Known to all retries of the execution. */
	family: string;
}

/** Marks in n8n's database, by its deduplication helper: they are there at once, and outlive a killed process. */
export class StepMarks {
	constructor(
		private readonly ctx: IExecuteFunctions,
		private readonly signal: AbortSignal,
	) {}

	/**
	 * Takes a step for an execution, unless it was taken before.
	 * @param by the id of the execution, to be found again by {@link takenBy}
	 * @param isRetry whether the name of the family counts. Two executions that began in the same millisecond
	 *   have the same one, so for an execution that isn't a retry its own counts
	 * @returns whether it is taken by somebody else
	 * @throws Error when the database is away
	 */
	async take(step: Step, by: string, isRetry: boolean): Promise<boolean> {
		return await this.alone(async () => {
			const name = isRetry ? step.family : step.own;
			const ours = `${name} ${randomUUID()}`;
			const first = [...new Set([step.own, step.family]), ...(isRetry ? [ours] : [])];
			const known = await this.record(first);
			if (known.includes(name)) return true;
			if (isRetry && (await this.wasOvertaken(first, name, ours))) return true;
			// Also for the marks themselves: another process may have undone them.
			await this.record([...first, ...signature(step.family, by)]);
			return false;
		});
	}

	/** @returns the id of the execution that has taken the step; undefined where it is not known */
	async takenBy({ family }: Step): Promise<string | undefined> {
		return await this.alone(async () => {
			const places = Array.from({ length: LONGEST_ID / 2 }, (_, place) => place);
			const candidates = places.flatMap((place) => PAIRS.map((pair) => mark(family, place, pair)));
			const found = await this.look(candidates);
			const pairs = places.map((place) =>
				PAIRS.filter((pair) => found.includes(mark(family, place, pair))),
			);
			if (pairs.some(({ length }) => length !== 1)) return undefined;
			return String(Number(pairs.flat().join('')));
		});
	}

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
		await pause(SECOND_LOOK.seconds, this.signal);
		return (await this.known([name])).length > 0;
	}

	/** Gives a step back: no job was made after it. */
	async giveBack(step: Step, by: string): Promise<void> {
		await this.alone(async () => {
			await this.remove([step.own, step.family, ...signature(step.family, by)]);
		});
	}

	/** Two retries in two processes may both think they were first; the marks of only one of them remain. */
	private async wasOvertaken(marks: string[], name: string, ours: string): Promise<boolean> {
		for (let look = 0; look < SECOND_LOOK.times; look++) {
			await pause(SECOND_LOOK.seconds, this.signal);
			const known = await this.record(marks);
			if (known.includes(ours)) return false;
			if (known.includes(name)) return true;
		}
		return false;
	}

	/** n8n has no way to look without leaving marks, so those that are new are removed. */
	private async look(names: string[]): Promise<string[]> {
		const found = await this.record(names);
		await this.remove(names.filter((name) => !found.includes(name)));
		return found;
	}

	private async record(marks: string[], failedTries = 0): Promise<string[]> {
		return await this.recordNow(marks).catch(async (error: unknown) => {
			const seconds = SECONDS_BEFORE_NEXT_TRY[failedTries];
			if (seconds === undefined || keepsNoMarks(error) || this.signal.aborted) throw error;
			await pause(seconds, this.signal);
			return await this.record(marks, failedTries + 1);
		});
	}

	private async recordNow(marks: string[]): Promise<string[]> {
		const { processed } = await this.ctx.helpers.checkProcessedAndRecord(marks, 'node', {
			mode: 'entries',
			maxEntries: MOST_MARKS,
		});
		return processed.map(String);
	}

	private async remove(marks: string[]): Promise<void> {
		await this.ctx.helpers.removeProcessed(marks, 'node', { mode: 'entries' });
	}

	private async alone<T>(task: () => Promise<T>): Promise<T> {
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
}

const mark = (family: string, place: number, pair: string) => `${family} by ${place} ${pair}`;

/** Marks from which the id of an execution can be put together; none for an id that isn't a number. */
function signature(family: string, id: string): string[] {
	if (!/^\d+$/.test(id) || id.length > LONGEST_ID) return [];
	const pairs = id.padStart(LONGEST_ID, '0').match(/../g)!;
	return pairs.map((pair, place) => mark(family, place, pair));
}
