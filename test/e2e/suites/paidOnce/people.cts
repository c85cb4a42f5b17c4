import type { INode } from 'n8n-workflow';
import { listen, type Service } from '../../../../n8n/listen.cts';
import type { StoredWorkflow, WorkflowFile } from '../../../../n8n/rest.cts';
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

/** Which creation is a person's. */
export const jobOf =
	(person: string) =>
	({ body }: { body?: unknown }): boolean =>
		(body as { name?: string }).name === person;

/** The workflow with a change of its Lip Sync node. */
export const withChanged = (stored: StoredWorkflow, change: object): StoredWorkflow => ({
	...stored,
	nodes: stored.nodes.map((each) => (each.name === 'Lip Sync' ? { ...each, ...change } : each)),
});

/** Lets Magic Hour refuse a person's job, once. */
export const refuse = (sandbox: Sandbox, person: string): void =>
	sandbox.fail({
		on: 'createLipSync',
		action: { status: 400, body: { message: 'The audio cannot be read.' } },
		match: jobOf(person),
	});

/** Lets the answer to the creation of a person's job be lost, once. */
export const lose = (sandbox: Sandbox, person: string, fault: { effect?: boolean } = {}): void =>
	sandbox.fail({
		on: 'createLipSync',
		action: 'reset',
		...fault,
		match: jobOf(person),
	});

/** A workflow that makes one job after the other, in a loop. */
export const looped = (name: string, first: INode, create: INode): WorkflowFile =>
	workflow(
		name,
		[
			first,
			node('Loop', 'n8n-nodes-base.splitInBatches', { options: {} }, { typeVersion: 3 }),
			create,
		],
		[
			[first.name, 0, 'Loop'],
			['Loop', 1, create.name],
			[create.name, 0, 'Loop'],
		],
	);

/** A node that fails in the first execution, and gives a row for each person in its retries. */
export async function failingRows(): Promise<{ rows: INode; service: Service }> {
	let requests = 0;
	const service = await listen((_, response) => {
		response.writeHead(++requests === 1 ? 500 : 200, { 'content-type': 'application/json' });
		response.end(JSON.stringify(rowsOf(PEOPLE)));
	});
	const { url } = service;
	return {
		rows: node('Rows', 'n8n-nodes-base.httpRequest', { url }, { typeVersion: 4.2 }),
		service,
	};
}

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
