import { randomUUID } from 'node:crypto';

import { SECOND_LOOK, type Marks } from './marks';

/** n8n keeps digests of marks, not the marks: a number is found again by asking for each of its pairs of digits. */
const PAIRS = Array.from({ length: 100 }, (_, pair) => String(pair).padStart(2, '0'));
const LONGEST_ID = 10;

/** A step of a chain of executions, under its two names. */
export interface Step {
	/** Known to this execution alone. */
	own: string;
	/** Known to all retries of the execution. */
	family: string;
}

/** Who has taken a step: one execution only, also of several that are under way at the same moment. */
export class StepMarks {
	constructor(private readonly marks: Marks) {}

	/**
	 * Takes a step for an execution, unless it was taken before.
	 * @param by the id of the execution, to be found again by {@link takenBy}
	 * @param isRetry whether the name of the family counts. Two executions that began in the same millisecond
	 *   have the same one, so for an execution that isn't a retry its own counts
	 * @returns whether it is taken by somebody else
	 * @throws Error when the database is away
	 */
	async take(step: Step, by: string, isRetry: boolean): Promise<boolean> {
		return await this.marks.alone(async () => {
			const name = isRetry ? step.family : step.own;
			const ours = `${name} ${randomUUID()}`;
			const first = [...new Set([step.own, step.family]), ...(isRetry ? [ours] : [])];
			const known = await this.marks.record(first);
			if (known.includes(name)) return true;
			if (isRetry && (await this.wasOvertaken(first, name, ours))) return true;
			// Also for the marks themselves: another process may have undone them.
			await this.marks.record([...first, ...signature(step.family, by)]);
			return false;
		});
	}

	/** @returns the id of the execution that has taken the step; undefined where it is not known */
	async takenBy({ family }: Step): Promise<string | undefined> {
		const places = Array.from({ length: LONGEST_ID / 2 }, (_, place) => place);
		const candidates = places.flatMap((place) => PAIRS.map((pair) => mark(family, place, pair)));
		const found = await this.marks.known(candidates);
		const pairs = places.map((place) =>
			PAIRS.filter((pair) => found.includes(mark(family, place, pair))),
		);
		if (pairs.some(({ length }) => length !== 1)) return undefined;
		return String(Number(pairs.flat().join('')));
	}

	/** Whether anybody has taken a step, and did not only look for it. */
	async isTaken({ family }: Step): Promise<boolean> {
		return await this.marks.isLeft(family);
	}

	/** Waits until another execution has had the time for its own update. */
	async pause(): Promise<void> {
		await this.marks.pause();
	}

	/** Gives a step back: no job was made after it. */
	async giveBack(step: Step, by: string): Promise<void> {
		await this.marks.alone(async () => {
			await this.marks.remove([step.own, step.family, ...signature(step.family, by)]);
		});
	}

	/** Two retries in two processes may both think they were first; the marks of only one of them remain. */
	private async wasOvertaken(marks: string[], name: string, ours: string): Promise<boolean> {
		for (let look = 0; look < SECOND_LOOK.times; look++) {
			await this.marks.pause();
			const known = await this.marks.record(marks);
			if (known.includes(ours)) return false;
			if (known.includes(name)) return true;
		}
		return false;
	}
}

const mark = (family: string, place: number, pair: string) => `${family} by ${place} ${pair}`;

/** Marks from which the id of an execution can be put together; none for an id that isn't a number. */
function signature(family: string, id: string): string[] {
	if (!/^\d+$/.test(id) || id.length > LONGEST_ID) return [];
	const pairs = id.padStart(LONGEST_ID, '0').match(/../g)!;
	return pairs.map((pair, place) => mark(family, place, pair));
}
