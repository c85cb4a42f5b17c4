import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import type { Measurement, Word } from './serve.cts';

/** A fresh process in which one thing is measured, so that no measurement leaves traces in the next. */
export class MeasuredProcess<Result> {
	private constructor(private readonly child: ChildProcess) {}

	/**
	 * Starts a program that calls `serve`, and waits until it is ready to be measured.
	 * @param script path of the program
	 * @param env what it gets besides the environment of this process
	 */
	static async start<Task, Result>(
		script: string,
		task: Task,
		env: NodeJS.ProcessEnv = {},
	): Promise<MeasuredProcess<Result>> {
		const child = fork(script, {
			execArgv: ['--require', 'tsx/cjs'],
			env: { ...process.env, ...env },
			stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
		});
		const measured = new MeasuredProcess<Result>(child);
		child.send({ task });
		await measured.next('ready');
		return measured;
	}

	/** Runs what it was prepared for, to its end; the process ends with it. */
	async run(): Promise<Measurement<Result>> {
		const ended = once(this.child, 'exit');
		this.child.send('go');
		const { measurement } = await this.next('done');
		await ended;
		return measurement as Measurement<Result>;
	}

	private async next<Name extends Word['word']>(
		expected: Name,
	): Promise<Extract<Word, { word: Name }>> {
		const word = await new Promise<Word>((resolve, reject) => {
			const died = (code: number | null) =>
				reject(new Error(`A measured process ended with code ${code}`));
			this.child.once('exit', died);
			this.child.once('message', (message) => {
				this.child.off('exit', died);
				resolve(message as Word);
			});
		});
		if (word.word === 'failed') throw new Error(word.message);
		if (word.word !== expected) throw new Error(`A measured process said ${word.word}`);
		return word as Extract<Word, { word: Name }>;
	}
}
