import type { IBinaryData, IContextObject } from 'n8n-workflow';

import type { LipSyncResponse } from '../api/contract';

/** What one item asks for, see `order.ts`. */
export interface AskedFor {
	/** Of what is asked for, with its expressions worked out. */
	fingerprint: string;
	/** Of the item, and of how its job is asked for. */
	written: string;
	/** Whose job it is. */
	account: string;
}

/** What is remembered of one item's job. */
export interface JobRecord extends AskedFor {
	/** The execution that asked. */
	execution: string;
	/** `asked`: sent, and not known whether a job was made. `failed`: ended in `error` or `canceled`, refunded. */
	state: 'asked' | 'created' | 'failed';
	/** Milliseconds since the epoch. */
	at: number;
	/** What the API answered, once it did. */
	response?: LipSyncResponse;
	/** Under which its price is in the `paid` of its turn. */
	entry: string;
	/** Whether the run has given an output for it; unset while it runs. */
	delivered?: boolean;
}

interface UploadRecord {
	filePath: string;
	/** Milliseconds since the epoch. */
	at: number;
}

/** One run of the node in the execution, all its tries included: a later turn of a loop is another one. */
export interface Turn {
	runIndex: number;
	/** By item. */
	jobs: Record<string, JobRecord>;
	/** Credits that were paid and not refunded, by the entry of the record. */
	paid: Record<string, number>;
	/** Unset while it runs. */
	ended?: boolean;
}

/** How far this family of executions has come, see `claim.ts`. */
export interface Chain {
	/** What begins the names of its steps. */
	name: string;
	/** How many steps this memory knows of. */
	steps: number;
}

/** All that one node remembers, as n8n stores it with the execution. */
export interface NodeMemory {
	turns: Turn[];
	uploads: Record<string, UploadRecord>;
	/** Results that n8n has stored, by the id of their job. */
	downloads?: Record<string, IBinaryData[]>;
	chain?: Chain;
	/** An execution has found that another one was about to create jobs, of which nothing is remembered. */
	loss?: Loss;
	/** An execution has found jobs of another account than the one it was given. */
	otherAccount?: { foundBy: string; given: string };
}

/** What a person has been told to look at. */
export interface Loss {
	/** The execution that has told. */
	foundBy: string;
	/** The execution to look at, where it is known. */
	other?: string;
	/** The step that was taken. */
	step: string;
}

/** The name under which it is in n8n's context of the node. */
const KEY = 'magicHour';

/** What is remembered in a context of the node; begun where there is nothing yet. */
export function memoryIn(context: IContextObject): NodeMemory {
	return ((context as { [KEY]?: NodeMemory })[KEY] ??= { turns: [], uploads: {} });
}

/**
 * The turn with that run index; begun where there is none yet. Turns that are over stay: the execution that was
 * retried may be retried again, and begins where they began.
 */
export function currentTurn(memory: NodeMemory, runIndex: number): Turn {
	const known = memory.turns.find((turn) => turn.runIndex === runIndex);
	if (known !== undefined) {
		delete known.ended;
		return known;
	}
	const turn: Turn = { runIndex, jobs: {}, paid: {} };
	memory.turns.push(turn);
	return turn;
}
