import type { Sandbox } from '../../../../sandbox/index.cts';

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
