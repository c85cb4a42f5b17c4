import type { StoredWorkflow } from '../../../../n8n/rest.cts';
import { personalJob, useTestBed } from '../../testBed.cts';
import { lipSync, outputJson, start, withRows, workflow } from '../../workflow.cts';
import { paidFor, PEOPLE, refuse, rowsOf } from './people.cts';

/** A person edits the node of an execution that failed, and retries it with the workflow that is saved now. */

const bed = useTestBed();

const failedAtDee = async () => {
	const { api, sandbox, credentials } = bed;
	const oneByOne = { ...personalJob, options: { ...personalJob.options, parallelRequests: 1 } };
	const stored = await api.importWorkflow(
		withRows(
			workflow('Four people', [start(), lipSync(oneByOne, { credentials })]),
			rowsOf(PEOPLE),
		),
	);
	refuse(sandbox, 'Dee');
	const failed = await api.run(stored, 'Start');
	expect(failed.status).toBe('error');
	expect(paidFor(sandbox)).toEqual(['Ada', 'Ben', 'Cem']);
	return { failed, stored };
};

const edit = async (stored: StoredWorkflow, change: object) =>
	await bed.api.save({
		...stored,
		nodes: stored.nodes.map((each) => (each.name === 'Lip Sync' ? { ...each, ...change } : each)),
	});

const withMode = (generationMode: string) => ({
	parameters: {
		...personalJob,
		generationMode,
		options: { ...personalJob.options, parallelRequests: 1 },
	},
});

describe('A node that is edited before a retry', () => {
	it('keeps the jobs, if the edit is refused and then undone', async () => {
		const { api, sandbox } = bed;
		const { failed, stored } = await failedAtDee();
		sandbox.fail({
			on: 'createLipSync',
			times: 99,
			action: { status: 402, body: { message: 'Insufficient credits.' } },
		});
		const pro = await edit(stored, withMode('pro'));
		const refused = await api.retry(failed.id, { loadWorkflow: true });
		expect(refused.status).toBe('error');
		expect(JSON.stringify(refused.data.resultData.error)).not.toContain('new job');
		sandbox.clearFaults();
		await edit(pro, withMode('lite'));

		const retried = await api.retry(refused.id, { loadWorkflow: true });

		expect(paidFor(sandbox)).toEqual(PEOPLE);
		expect(outputJson(retried, 'Lip Sync').map(({ name }) => name)).toEqual(PEOPLE);
	});

	it('keeps the jobs, if it is put in the place of one that was deleted', async () => {
		const { api, sandbox } = bed;
		const { failed, stored } = await failedAtDee();
		await edit(stored, { id: 'another' });

		const retried = await api.retry(failed.id, { loadWorkflow: true });

		expect(paidFor(sandbox)).toEqual(PEOPLE);
		expect(outputJson(retried, 'Lip Sync').map(({ name }) => name)).toEqual(PEOPLE);
	});
});
