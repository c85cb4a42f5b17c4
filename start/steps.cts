import { setTimeout as pause } from 'node:timers/promises';

import type { IRun } from 'n8n-workflow';

import type { Engine, WorkflowJson } from '../engine/engine.cts';
import { demandSuccess } from './outcome.cts';
import type { Service } from './service.cts';
import { stepsOf } from './workflow.cts';

/** Milliseconds between two looks at what is going on; fewer where lines cannot be overwritten. */
const LOOK_INTERVAL_MS = process.stdout.isTTY ? 100 : 500;

/** A workflow under way, node by node. */
export class Steps {
	readonly names: string[];
	/** Rejects with a `Failure` when the workflow does not come to its end. */
	readonly result: Promise<IRun>;
	private readonly begun = new Set<string>();
	private readonly done = new Set<string>();
	private over = false;
	/** What a node has last told the editor. */
	private message?: string;

	/** @param signal does what the Stop button of the editor does */
	constructor(
		engine: Engine,
		workflow: WorkflowJson,
		private readonly service: Service,
		signal: AbortSignal,
	) {
		this.names = stepsOf(workflow);
		const execution = engine.execute(workflow, {
			credentials: { magicHourApi: service.credential },
			onNode: (name, state) => {
				if (state === 'begun') this.begun.add(name);
				if (state === 'done') this.done.add(name);
			},
			onMessage: (_, data) => {
				const { messages } = data as { messages?: unknown[] };
				if (messages !== undefined) this.message = messages.join(' ');
			},
		});
		if (signal.aborted) execution.cancel();
		signal.addEventListener('abort', () => execution.cancel());
		this.result = execution.result.then(demandSuccess).finally(() => (this.over = true));
		// It may fail a while before anybody awaits it.
		this.result.catch(() => undefined);
	}

	/**
	 * Follows a node to its end, and says what is going on whenever that is something else.
	 * @throws Error when the workflow ends before
	 */
	async follow(name: string, say: (text: string) => void): Promise<void> {
		let said: string | undefined;
		while (!this.done.has(name) && !this.over) {
			const text = this.service.activity() ?? this.message;
			if (this.begun.has(name) && text !== undefined && text !== said) say((said = text));
			await pause(LOOK_INTERVAL_MS);
		}
		// What went wrong is said once, at the end, and not again at every task it has failed.
		if (!this.done.has(name)) throw new Error('see below');
	}
}
