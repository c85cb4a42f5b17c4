import type { IExecuteFunctions } from 'n8n-workflow';

import type { NodeMemory, Question } from './memoryRecords';
import { storedExecution } from './storedExecution';

/** Begins the topic of a question that holds up one item, and not the whole run. */
const ITEM = 'item: ';

/** What a question says of the executions it is about. */
export type About = Pick<Question, 'other' | 'jobs'>;

/**
 * What a person is asked before something may be paid twice. An execution asks in all its tries; whoever retries it
 * has read the question, and the retry doesn't ask again.
 */
export class Questions {
	constructor(
		private readonly stored: NodeMemory,
		/** The execution that asks. */
		private readonly execution: string,
		/** Whether what it asks ends it with an error. An agent's model hears it, or hears nothing: no person does. */
		public isTold: boolean,
	) {}

	/** To be called where nobody reads the error of this execution. */
	hide(): void {
		this.isTold = false;
	}

	/** What this execution, in this try or one before, has asked about the jobs of others. */
	get aboutOthers(): Question | undefined {
		const questions = Object.entries(this.stored.questions ?? {});
		return questions.find(
			([topic, { askedBy }]) => askedBy === this.execution && !topic.startsWith(ITEM),
		)?.[1];
	}

	/** @param topic the step of another execution, or that execution, that it is about */
	ask(topic: string, about: About): void {
		(this.stored.questions ??= {})[topic] = {
			askedBy: this.execution,
			told: this.isTold,
			...about,
		};
	}

	/** Whether an execution that is retried has asked. */
	isAnswered(topic: string): boolean {
		const question = this.stored.questions?.[topic];
		return question?.told === true && question.askedBy !== this.execution;
	}

	/** Whether it was asked, and no error told a person. */
	isUntold(topic: string): boolean {
		return this.stored.questions?.[topic]?.told === false;
	}

	/** @param topic what is in doubt for an item: an order of the past, or the account that is to pay */
	askAboutItem(topic: string): void {
		this.ask(ITEM + topic, {});
	}

	/** To be called where the answer to it can't be taken for one: it must be asked once more. */
	withdrawAboutItem(topic: string): void {
		delete this.stored.questions?.[ITEM + topic];
	}

	/** Topics of single items that this execution has told a person about. */
	get askedAboutItems(): string[] {
		return Object.entries(this.stored.questions ?? {}).flatMap(([topic, { askedBy, told }]) =>
			told && askedBy === this.execution && topic.startsWith(ITEM)
				? [topic.slice(ITEM.length)]
				: [],
		);
	}

	isAnsweredForItem(topic: string): boolean {
		return this.isAnswered(ITEM + topic);
	}
}

/** How each question reads, wherever n8n puts the words of a called workflow's error. */
const WORDS = /\bjob may exist\b|belongs to another account|does not know it any more/;

/**
 * Whether the error of an execution shows a question of a workflow that it has called. Its own node may be set to continue, and
 * then it ends with another error, or with none.
 * @param id undefined where it is not known which execution it is; then it counts as shown
 */
export async function showsQuestion(
	ctx: IExecuteFunctions,
	id: string | undefined,
): Promise<boolean> {
	if (id === undefined) return true;
	const data = await storedExecution(ctx, id);
	return WORDS.test(JSON.stringify(data?.resultData.error ?? ''));
}
