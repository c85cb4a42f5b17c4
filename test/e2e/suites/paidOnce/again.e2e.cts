import type { INode } from 'n8n-workflow';
import { personalJob, useServerBed } from '../../serverBed.cts';
import { lipSync, outputJson, start, withRows, workflow } from '../../workflow.cts';

const bed = useServerBed();

const people = ['Ada', 'Ben', 'Cem', 'Dee', 'Eli', 'Fay'].map((person) => ({ person }));
const retryOnFail = { retryOnFail: true, maxTries: 3, waitBetweenTries: 100 };

/** A batch of six rows through the node. */
const batch = async (settings: Pick<INode, 'onError' | 'retryOnFail' | 'maxTries'> = {}) =>
	await bed.api.importWorkflow(
		withRows(
			workflow('Six people', [
				start(),
				lipSync(personalJob, { ...settings, credentials: bed.credentials }),
			]),
			people,
		),
	);

const paidFor = () => bed.sandbox.jobs.map(({ request }) => request.name).sort();
const everybodyOnce = people.map(({ person }) => person);

const refuse = (person: string, times: number) =>
	bed.sandbox.fail({
		on: 'createLipSync',
		action: { status: 400, body: { message: 'The audio cannot be read.' } },
		match: ({ body }) => (body as { name?: string }).name === person,
		times,
	});

describe('One item, one paid job', () => {
	it('with Retry On Fail, in a run where nothing failed', async () => {
		const execution = await bed.api.run(await batch(retryOnFail), 'Start');

		expect(execution.status).toBe('success');
		expect(outputJson(execution, 'Lip Sync')).toHaveLength(6);
		expect(paidFor()).toEqual(everybodyOnce);
	});

	it('with Retry On Fail, after a refused item: the second try makes only what is missing', async () => {
		refuse('Cem', 1);

		const execution = await bed.api.run(await batch(retryOnFail), 'Start');

		expect(execution.status).toBe('success');
		expect(outputJson(execution, 'Lip Sync').map(({ name }) => name)).toEqual(everybodyOnce);
		expect(paidFor()).toEqual(everybodyOnce);
	});

	it('with Retry On Fail and Continue, although n8n runs the node again when its first item failed', async () => {
		refuse('Ada', 99);
		const settings = { ...retryOnFail, onError: 'continueRegularOutput' as const };

		const execution = await bed.api.run(await batch(settings), 'Start');

		expect(execution.status).toBe('success');
		const [ada, ...others] = outputJson(execution, 'Lip Sync');
		expect(ada).toMatchObject({ error: expect.stringContaining('The audio cannot be read') });
		expect(others.map(({ name }) => name)).toEqual(everybodyOnce.slice(1));
		expect(paidFor()).toEqual(everybodyOnce.slice(1));
	});

	it('when a failed execution is retried from the executions list', async () => {
		refuse('Dee', 1);
		const failed = await bed.api.run(await batch(), 'Start');
		expect(failed.status).toBe('error');
		const paidBefore = paidFor().length;

		const retried = await bed.api.retry(failed.id);

		expect(retried).toMatchObject({ status: 'success', mode: 'retry' });
		expect(outputJson(retried, 'Lip Sync').map(({ name }) => name)).toEqual(everybodyOnce);
		expect(paidBefore).toBeLessThan(6);
		expect(paidFor()).toEqual(everybodyOnce);
	});
});

describe('The executions list', () => {
	it('shows the ids of the jobs with the execution', async () => {
		const execution = await bed.api.run(await batch(), 'Start');

		// Which of the two n8n gives depends on its version.
		const custom = JSON.stringify([execution.customData, execution.data.resultData.metadata]);
		for (const { id } of bed.sandbox.jobs) expect(custom).toContain(id);
	});
});
