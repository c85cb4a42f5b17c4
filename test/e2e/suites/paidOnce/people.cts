import type { Sandbox } from '../../../../sandbox/index.cts';
import { personalJob, type ServerBed } from '../../serverBed.cts';
import { lipSync, node, start, withRows, workflow } from '../../workflow.cts';

/** Each item is about a person, and each job is named after one. */
export const PEOPLE = ['Ada', 'Ben', 'Cem', 'Dee'];

/** The items, for a webhook or as pinned data. */
export const rowsOf = (people: string[]) => people.map((person) => ({ person }));

/** Whom a job was paid for, sorted; twice where two were. */
export const paidFor = ({ jobs }: Sandbox): string[] =>
	jobs.map(({ request }) => request.name!).sort();

/** Lets Magic Hour refuse a person's job, once. */
export const refuse = (sandbox: Sandbox, person: string): void =>
	sandbox.fail({
		on: 'createLipSync',
		action: { status: 400, body: { message: 'The audio cannot be read.' } },
		match: ({ body }) => (body as { name?: string }).name === person,
	});

/** Lets the answer to the creation of a person's job be lost, once. */
export const lose = (sandbox: Sandbox, person: string, fault: { effect?: boolean } = {}): void =>
	sandbox.fail({
		on: 'createLipSync',
		action: 'reset',
		...fault,
		match: ({ body }) => (body as { name?: string }).name === person,
	});

/** One item after the other. */
export const loop = () =>
	node('Loop', 'n8n-nodes-base.splitInBatches', { options: {} }, { typeVersion: 3 });

/** A job of each person, one after the other, so that it is known who has one when another is refused. */
export const oneByOne = {
	...personalJob,
	options: { ...personalJob.options, parallelRequests: 1 },
};

/** Runs a workflow for the four people, up to the one whose job is refused. */
export async function failedAt(person: string, { api, sandbox, credentials }: ServerBed) {
	const stored = await api.importWorkflow(
		withRows(
			workflow('Four people', [start(), lipSync(oneByOne, { credentials })]),
			rowsOf(PEOPLE),
		),
	);
	refuse(sandbox, person);
	const failed = await api.run(stored, 'Start');
	expect(failed.status).toBe('error');
	expect(paidFor(sandbox)).toEqual(PEOPLE.slice(0, PEOPLE.indexOf(person)));
	return { failed, stored };
}
