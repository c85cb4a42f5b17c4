import fc from 'fast-check';

import type { Execution, StoredWorkflow } from '../../../../n8n/rest.cts';
import { createSandboxCredential } from '../../../../n8n/sandboxCredential.cts';
import { startSandbox, type Sandbox } from '../../../../sandbox/index.cts';
import type { RecordedRequest } from '../../../../sandbox/types.cts';
import { draw, SEED } from '../../../support/draw.cts';
import { url } from '../../../support/sources.cts';
import { useServerBed } from '../../serverBed.cts';
import { lipSync, outputJson, start, withRows, workflow } from '../../workflow.cts';
import { jobOf, oneByOne, PEOPLE, rowsOf, withChanged } from './people.cts';

/**
 * Executions and their retries in any order, while the answers of Magic Hour are refusals, or are lost, at random.
 * `SEED=… npm run test:e2e -- families` draws the same families again, `FAMILIES=100` more of them.
 */

const FAMILIES = Number(process.env.FAMILIES ?? 6);

/** What becomes of a person's creation. */
const FATES = {
	made: undefined,
	refused: { action: { status: 400, body: { message: 'The audio cannot be read.' } } },
	lost: { action: 'reset' },
	neverMade: { action: 'reset', effect: false },
} as const;

const MOST_RETRIES = 8;

const FATE = fc.oneof(
	{ weight: 4, arbitrary: fc.constant<keyof typeof FATES>('made') },
	fc.constantFrom<keyof typeof FATES>('refused', 'lost', 'neverMade'),
);
const FATES_OF_ALL = fc.tuple(FATE, FATE, FATE, FATE);

const ALL_MADE = PEOPLE.map(() => 'made' as const);

/** One for each person, one about each execution that was deleted, and the retry that answers the last. */
const MOST_QUESTIONS = PEOPLE.length + MOST_RETRIES + 1;

/** People who ask for the same may get each other's jobs. */
const AUDIO = {
	same: oneByOne.audio,
	own: url('=https://example.com/{{ $json.person }}.mp3'),
};

const FAMILY = fc.record({
	audio: fc.constantFrom<keyof typeof AUDIO>('same', 'own', 'own'),
	first: FATES_OF_ALL,
	retries: fc.array(
		fc.record({
			/** Which of the executions that can be retried. */
			member: fc.nat(),
			fates: FATES_OF_ALL,
			withSavedWorkflow: fc.boolean(),
			/** What a person has changed in the node before. */
			change: fc.oneof(
				{ weight: 4, arbitrary: fc.constant('nothing' as const) },
				fc.constantFrom('id', 'account'),
			),
			/** Which other execution is deleted before, if any. */
			deleted: fc.option(fc.nat(), { freq: 3 }),
		}),
		{ minLength: 4, maxLength: MOST_RETRIES },
	),
});

const bed = useServerBed();
let other: Sandbox;
let otherCredentials: typeof bed.credentials;
beforeAll(async () => {
	other = await startSandbox({ queueSeconds: 0.1, renderSeconds: 0.3 });
	otherCredentials = { magicHourApi: await createSandboxCredential(bed.api, other) };
});
beforeEach(() => other.reset());
afterAll(async () => await other?.close());

/** A creation that was sent, and not refused: it was paid, or may have been. */
interface Sent {
	person: string;
	/** The execution that sent it. */
	by: string;
}

/** What one family of executions did, in the order in which it happened. */
class Books {
	readonly executions: Execution[] = [];
	private readonly sent: Sent[] = [];
	private readonly deleted = new Set<string>();

	/** Lets an execution run, and books what it sends. */
	async during(fates: Array<keyof typeof FATES>, run: () => Promise<Execution>) {
		const sent: string[] = [];
		const answer = (request: RecordedRequest) => {
			if (request.endpoint !== 'createLipSync') return undefined;
			const index = PEOPLE.findIndex((person) => jobOf(person)(request));
			if (fates[index] !== 'refused') sent.push(PEOPLE[index]!);
			return FATES[fates[index]!];
		};
		for (const sandbox of [bed.sandbox, other]) sandbox.failBy(answer);
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
		await bed.api.deleteExecution(execution);
		this.deleted.add(execution.id);
	}

	/** What has happened, for whoever reads the failure of a test. */
	get story(): string[] {
		return this.executions.map(({ id, retryOf, status, data }) => {
			const sent = this.sent.filter(({ by }) => by === id).map(({ person }) => person);
			const { message = '' } = data.resultData.error ?? {};
			const what = this.deleted.has(id) ? ' (deleted)' : '';
			return `${id}${what} ${retryOf ? `retries ${retryOf}, ` : ''}sends ${sent.join(' ') || 'nothing'}: ${status} ${message}`;
		});
	}

	/** A person who reads each question, and answers it by a retry, gets all videos in the end. */
	async retriedUntilAllIsWell(failed: Execution): Promise<Execution> {
		let last = failed;
		for (let time = 0; last.status === 'error' && time < MOST_QUESTIONS; time++) {
			const { id } = last;
			last = await this.during(ALL_MADE, async () => await bed.api.retry(id));
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

/** The node is deleted and put back, or gets another account, or the first one of either once more. */
const CHANGES = {
	id: (time: number) => ({ id: ['Lip Sync', 'another', 'a third one'][time % 3] }),
	account: (time: number) => ({ credentials: [bed.credentials, otherCredentials][time % 2] }),
};

async function changed(stored: StoredWorkflow, change: object): Promise<StoredWorkflow> {
	return { ...stored, ...(await bed.api.save(withChanged(stored, change))) };
}

/** Each person has got a job of their own. */
function expectAll(execution: Execution, audio: keyof typeof AUDIO): void {
	expect(execution.data.resultData.error?.message).toBeUndefined();
	const outputs = outputJson(execution, 'Lip Sync');
	expect(new Set(outputs.map(({ id }) => id)).size).toBe(PEOPLE.length);
	if (audio === 'own') expect(outputs.map(({ name }) => name)).toEqual(PEOPLE);
}

describe('Any retries, in any order', () => {
	const numbers = Array.from({ length: FAMILIES }, (_, number) => number);

	it.each(numbers)(
		`pay for a person once, or ask before (seed ${SEED}, family %i)`,
		async (number) => {
			const { api, credentials } = bed;
			const { audio, first, retries } = draw(FAMILY, `family ${number}`);
			const create = lipSync({ ...oneByOne, audio: AUDIO[audio] }, { credentials });
			const books = new Books();
			let stored = await api.importWorkflow(
				withRows(workflow(`Family ${number}`, [start(), create]), rowsOf(PEOPLE)),
			);
			await books.during(first, async () => await api.run(stored, 'Start'));

			for (const [time, retry] of retries.entries()) {
				const { member, fates, withSavedWorkflow, change, deleted } = retry;
				if (deleted !== null) await books.delete(deleted);
				const { canBeRetried } = books;
				if (canBeRetried.length === 0) break;
				if (change !== 'nothing') stored = await changed(stored, CHANGES[change](time));
				const { id } = canBeRetried[member % canBeRetried.length]!;
				await books.during(
					fates,
					async () => await api.retry(id, { loadWorkflow: withSavedWorkflow }),
				);
			}

			const last = books.canBeRetried.at(-1);
			if (last !== undefined) expectAll(await books.retriedUntilAllIsWell(last), audio);
		},
	);
});
