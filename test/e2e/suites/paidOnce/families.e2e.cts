import fc from 'fast-check';

import type { Execution, StoredWorkflow } from '../../../../n8n/rest.cts';
import { createSandboxCredential } from '../../../../n8n/sandboxCredential.cts';
import { startSandbox, type Sandbox } from '../../../../sandbox/index.cts';
import { draw, SEED } from '../../../support/draw.cts';
import { url } from '../../../support/sources.cts';
import { useServerBed } from '../../serverBed.cts';
import { lipSync, outputJson, start, withRows, workflow } from '../../workflow.cts';
import { FamilyBooks, type Fate } from './familyBooks.cts';
import { oneByOne, PEOPLE, rowsOf, withChanged } from './people.cts';

/**
 * Executions and their retries in any order, while the answers of Magic Hour are refusals, or are lost, at random.
 * `SEED=… npm run test:e2e -- families` draws the same families again, `FAMILIES=100` more of them.
 */

const FAMILIES = Number(process.env.FAMILIES ?? 6);

const MOST_RETRIES = 8;

const FATE = fc.oneof(
	{ weight: 4, arbitrary: fc.constant<Fate>('made') },
	fc.constantFrom<Fate>('refused', 'lost', 'neverMade'),
);
const FATES_OF_ALL = fc.tuple(FATE, FATE, FATE, FATE);

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
			const books = new FamilyBooks(api, [bed.sandbox, other]);
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
			if (last !== undefined)
				expectAll(await books.retriedUntilAllIsWell(last, MOST_QUESTIONS), audio);
		},
	);
});
