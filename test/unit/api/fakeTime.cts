import { setImmediate } from 'node:timers/promises';

import type { Clock } from '../../../nodes/magicHour/api/clock.ts';

interface Sleeper {
	/** Milliseconds; may change while somebody sleeps. */
	moment: () => number;
	wake: () => void;
}

/** A clock that jumps to the next moment at which something happens, as soon as nothing happens any more. */
export class FakeTime implements Clock {
	private time = 1_000_000;
	private sleepers: Sleeper[] = [];

	now(): number {
		return this.time;
	}

	/** Seconds since it began. */
	get seconds(): number {
		return (this.time - 1_000_000) / 1000;
	}

	async pauseUntil(moment: () => number, signal: AbortSignal): Promise<void> {
		await this.sleep(() => (signal.aborted ? 0 : moment()));
	}

	async pass(seconds: number): Promise<void> {
		const end = this.time + seconds * 1000;
		await this.sleep(() => end);
	}

	/**
	 * Lets time pass until something has ended.
	 * @throws Error when it has not, and nothing is left that could happen
	 */
	async run<T>(work: Promise<T>): Promise<T> {
		let isOver = false;
		const end = () => (isOver = true);
		work.then(end, end);
		for (;;) {
			await setImmediate();
			if (isOver) return await work;
			const next = Math.min(...this.sleepers.map(({ moment }) => moment()));
			if (next === Infinity) throw new Error(`Nothing happens any more at ${this.seconds} s`);
			this.time = Math.max(this.time, next);
			const awake = this.sleepers.filter(({ moment }) => moment() <= this.time);
			this.sleepers = this.sleepers.filter((sleeper) => !awake.includes(sleeper));
			for (const { wake } of awake) wake();
		}
	}

	/** How many wait for a moment. */
	get pending(): number {
		return this.sleepers.filter(({ moment }) => moment() > this.time).length;
	}

	private async sleep(moment: () => number): Promise<void> {
		if (moment() <= this.time) return;
		await new Promise<void>((wake) => this.sleepers.push({ moment, wake }));
	}
}
