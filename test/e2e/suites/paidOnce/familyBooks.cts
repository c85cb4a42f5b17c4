import type { Execution, N8nApi } from '../../../../n8n/rest.cts';
import type { Sandbox } from '../../../../sandbox/index.cts';
import type { RecordedRequest } from '../../../../sandbox/types.cts';
import { SEED } from '../../../support/draw.cts';
import { jobOf, PEOPLE } from './people.cts';

/** What becomes of a person's creation. */
const FATES = {
	made: undefined,
	refused: { action: { status: 400, body: { message: 'The audio cannot be read.' } } },
	lost: { action: 'reset' },
	neverMade: { action: 'reset', effect: false },
} as const;

export type Fate = keyof typeof FATES;

/** A creation that was sent, and not refused: it was paid, or may have been. */
interface Sent {
	person: string;
	/** The execution that sent it. */
	by: string;
}

/** What one family of executions did, in the order in which it happened. */
export class FamilyBooks {
	private readonly executions: Execution[] = [];
	private readonly sent: Sent[] = [];
	private readonly deleted = new Set<string>();

	/** @param sandboxes the accounts, each of which may be asked for a job */
	constructor(
		private readonly api: N8nApi,
		private readonly sandboxes: Sandbox[],
	) {}

	/** Lets an execution run, and books what it sends. */
	async during(fates: Array<Fate>, run: () => Promise<Execution>) {
		const sent: string[] = [];
		const answer = (request: RecordedRequest) => {
			if (request.endpoint !== 'createLipSync') return undefined;
			const index = PEOPLE.findIndex((person) => jobOf(person)(request));
			if (fates[index] !== 'refused') sent.push(PEOPLE[index]!);
			return FATES[fates[index]!];
		};
		for (const sandbox of this.sandboxes) sandbox.failBy(answer);
		const execution = await run();
		this.executions.push(execution);
		this.checkEach(sent, execution);
		this.sent.push(...sent.map((person) => ({ person, by: execution.id })));
		return execution;
	}

	get canBeRetried(): Execution[] {
		return this.stored.filter(({ status }) => status === 'error');
	}

	private get stored(): Execution[] {
		return this.executions.filter(({ id }) => !this.deleted.has(id));
	}

	/** Deletes one of the executions, unless it is the last one. */
	async delete(which: number): Promise<void> {
		const execution = this.stored[which % this.stored.length]!;
		if (this.stored.length === 1) return;
		await this.api.deleteExecution(execution);
		this.deleted.add(execution.id);
	}

	/** What has happened, for whoever reads the failure of a test. */
	private get story(): string[] {
		return this.executions.map(({ id, retryOf, status, data }) => {
			const sent = this.sent.filter(({ by }) => by === id).map(({ person }) => person);
			const { message = '' } = data.resultData.error ?? {};
			const what = this.deleted.has(id) ? ' (deleted)' : '';
			return `${id}${what} ${retryOf ? `retries ${retryOf}, ` : ''}sends ${sent.join(' ') || 'nothing'}: ${status} ${message}`;
		});
	}

	/** A person who reads each question, and answers it by a retry, gets all videos in the end. */
	async retriedUntilAllIsWell(failed: Execution, mostQuestions: number): Promise<Execution> {
		let last = failed;
		for (let time = 0; last.status === 'error' && time < mostQuestions; time++) {
			const { id } = last;
			last = await this.during(
				PEOPLE.map(() => 'made' as const),
				async () => await this.api.retry(id),
			);
		}
		return last;
	}

	/** Nobody is asked for again, unless an execution has asked about it since, and was retried. */
	private checkEach(people: string[], execution: Execution): void {
		for (const person of people) {
			const before = this.sent.findLast((sent) => sent.person === person);
			if (before === undefined || this.isAnswered(before, execution)) continue;
			throw new Error(
				[`seed ${SEED}: ${person} is sent again by ${execution.id}`, ...this.story].join('\n'),
			);
		}
	}

	private isAnswered({ by, person }: Sent, { retryOf }: Execution): boolean {
		const since = this.executions.slice(this.executions.findIndex(({ id }) => id === by));
		const asking = since.find(({ id }) => id === retryOf);
		return (
			asking !== undefined && (asksAbout(asking, person) || this.isAnswered({ by, person }, asking))
		);
	}
}

/** Whether an error tells a person that somebody's job may exist, or does. */
function asksAbout({ data }: Execution, person: string): boolean {
	const { message = '', description, context } = data.resultData.error ?? {};
	if (/^The job may exist: .*(not known which jobs|made jobs for other requests)/.test(message)) {
		return true;
	}
	const item = PEOPLE.indexOf(person);
	const isAboutItem = /^The job may exist|belongs to another account/.test(message);
	if (isAboutItem && context?.itemIndex === item) return true;
	const others = /A job may exist for (?:item|the items) ([\d, ]+?) too/.exec(
		`${description}`,
	)?.[1];
	if (others?.split(', ').includes(String(item))) return true;
	return isAboutItem && `${description}`.includes('The same is true of');
}
