import type { IBinaryData, IContextObject } from 'n8n-workflow';

import type { LipSyncResponse } from '../api/contract';
import type { Caller } from './caller';

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
	/**
	 * `asked`: sent, and not known whether a job was made. `failed`: ended in `error` or `canceled`, refunded; or
	 * deleted since, as a person was told.
	 */
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
	/** The execution that has begun it. Its retries have the same items in the same order, and no other execution has. */
	begunBy: string;
	/** By item. */
	jobs: Record<string, JobRecord>;
	/** By item: jobs it had before a person asked for something else, the latest last. */
	before?: Record<string, JobRecord[]>;
	/** Credits that were paid and not refunded, by the entry of the record. */
	paid: Record<string, number>;
	/** Unset while it runs. */
	ended?: boolean;
	/** Another execution than one that this one comes from has begun it, so the place of an item says nothing. */
	elsewhere?: true;
}

/** How far a family of executions has come, see `familyClaim.ts`. */
export interface Chain {
	family: string;
	/** How often a person has answered a question; each answer begins a chain of its own. */
	answers: number;
	/** How many steps of it this memory knows of. */
	steps: number;
	/** How many of them are also taken among the marks of the workflow, see `replacedNode.ts`. */
	beside?: number;
}

/** All that one node remembers, as n8n stores it with the execution. */
export interface NodeMemory {
	turns: Turn[];
	uploads: Record<string, UploadRecord>;
	/** Results that n8n has stored, by the id of their job. */
	downloads?: Record<string, IBinaryData[]>;
	chain?: Chain;
	/** The execution in which the node has run last, by its mode and id. */
	ranIn?: string;
	/** The id of the node that has run last. */
	node?: string;
	/** Whether that node has taken the place of another one since the family began, see `replacedNode.ts`. */
	isReplaced?: boolean;
	/** Who has called this workflow. n8n may not store those in between. */
	caller?: Caller;
	/** The execution of another workflow that has called this one, and gets what comes of it. */
	answers?: string;
	/** Questions to a person, by what they are about. */
	questions?: Record<string, Question>;
}

/** An execution has asked a person to look at jobs that it cannot know. */
export interface Question {
	/** The execution that has asked. */
	askedBy: string;
	/** The execution to look at, where it is known. */
	other?: string;
	/** Whether an error tells a person. Where the node is set to continue, only the next nodes hear of it. */
	told: boolean;
	/** What was made there, where it is known. */
	jobs?: string[];
	/** The item whose job is in doubt; unset where it is about the jobs of others. */
	item?: number;
}

/** The name under which it is in n8n's context of the node. */
const KEY = 'magicHour';

/** What is remembered in a context of the node; undefined where there is nothing yet. */
export const knownIn = (context: IContextObject | undefined): NodeMemory | undefined =>
	(context as { [KEY]?: NodeMemory } | undefined)?.[KEY];

/** What is remembered in a context of the node; begun where there is nothing yet. */
export function memoryIn(context: IContextObject): NodeMemory {
	return knownIn(context) ?? (context[KEY] = { turns: [], uploads: {} });
}

/**
 * The turn with that run index; begun by the execution where there is none yet. Turns that are over stay: the execution that was
 * retried may be retried again, and begins where they began.
 */
export function currentTurn(memory: NodeMemory, runIndex: number, execution: string): Turn {
	const known = ownTurn(memory, runIndex);
	if (known !== undefined) {
		delete known.ended;
		return known;
	}
	const turn: Turn = { runIndex, begunBy: execution, jobs: {}, paid: {} };
	memory.turns.push(turn);
	return turn;
}

/** @returns undefined where neither this execution nor one that it retries has run the node with that index */
const ownTurn = ({ turns }: NodeMemory, runIndex: number): Turn | undefined =>
	turns.find((turn) => turn.runIndex === runIndex && turn.elsewhere === undefined);

/** The turns that other executions have had with that run index. */
export const turnsElsewhere = ({ turns }: NodeMemory, runIndex: number): Turn[] =>
	turns.filter((turn) => turn.runIndex === runIndex && turn.elsewhere === true);

/** Of all turns, and also what was replaced. */
export const recordsOf = ({ turns }: NodeMemory): JobRecord[] =>
	turns.flatMap(({ jobs, before = {} }) => [
		...Object.values(jobs),
		...Object.values(before).flat(),
	]);

/** Questions that a person has answered by a retry: not those of the last execution. */
export const readQuestions = ({ questions = {}, ranIn }: NodeMemory): typeof questions =>
	Object.fromEntries(Object.entries(questions).filter(([, { askedBy }]) => askedBy !== ranIn));

const entriesOf = ({ jobs, paid }: Turn): string[] => [
	...Object.values(jobs).map(({ entry }) => entry),
	...Object.keys(paid),
];

/** Keeps a turn of another execution: its jobs are for whoever asks for the same. */
export function keepElsewhere(memory: NodeMemory, { runIndex, begunBy, jobs, paid }: Turn): void {
	const known = new Set(memory.turns.flatMap(entriesOf));
	const unknown = Object.entries(jobs).filter(([, { entry }]) => !known.has(entry));
	const credits = Object.entries(paid).filter(([entry]) => !known.has(entry));
	if (unknown.length === 0 && credits.length === 0) return;
	for (const [, record] of unknown) record.delivered = false;
	memory.turns.push({
		runIndex,
		begunBy,
		jobs: Object.fromEntries(unknown),
		paid: Object.fromEntries(credits),
		ended: true,
		elsewhere: true,
	});
}

/** Drops what was kept of a turn before it was known whose jobs they are: no job is for two items. */
export function dropElsewhere({ turns }: NodeMemory, turn: Turn): void {
	const known = new Set(entriesOf(turn));
	for (const other of turns.filter(({ elsewhere }) => elsewhere === true)) {
		for (const [item, { entry }] of Object.entries(other.jobs)) {
			if (known.has(entry)) delete other.jobs[item];
		}
		for (const entry of Object.keys(other.paid)) if (known.has(entry)) delete other.paid[entry];
	}
}
