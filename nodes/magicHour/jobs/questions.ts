import type { NodeMemory, Question } from './memoryRecords';

/** Begins the topic of a question that holds up one item, and not the whole run. */
const ITEM = 'item: ';

/** @param topic what is in doubt for an item: an order of the past, or the account that is to pay */
export const ofItem = (topic: string): string => ITEM + topic;

/** What a question says of the executions it is about. */
type About = Pick<Question, 'other' | 'jobs' | 'item'>;

/** Several questions as one: about all executions of theirs, and what is known to be made there. */
function together(questions: About[]): About {
	const others = new Set(questions.flatMap(({ other }) => other ?? []));
	const jobs = questions.flatMap((question) => question.jobs ?? []);
	return {
		...(others.size > 0 && { other: [...others].join(', ') }),
		...(jobs.length > 0 && { jobs }),
	};
}

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
	get aboutOthers(): About | undefined {
		const asked = Object.entries(this.stored.questions ?? {}).filter(
			([topic, { askedBy }]) => askedBy === this.execution && !topic.startsWith(ITEM),
		);
		return asked.length === 0 ? undefined : together(asked.map(([, question]) => question));
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

	askAboutItem(topic: string, item: number): void {
		this.ask(ofItem(topic), { item });
	}

	/**
	 * To be called when it is known what the error that ends this execution says. What it doesn't ask must be asked by
	 * another one.
	 */
	keepTold(isTold: (question: Question) => boolean): void {
		for (const question of Object.values(this.stored.questions ?? {})) {
			if (question.askedBy === this.execution && !isTold(question)) question.told = false;
		}
	}

	/** To be called where the answer to it can't be taken for one: it must be asked once more. */
	withdrawAboutItem(topic: string): void {
		delete this.stored.questions?.[ofItem(topic)];
	}
}
