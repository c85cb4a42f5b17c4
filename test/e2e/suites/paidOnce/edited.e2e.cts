import type { StoredWorkflow } from '../../../../n8n/rest.cts';
import { useServerBed } from '../../serverBed.cts';
import { outputJson } from '../../workflow.cts';
import { failedAt, oneByOne, paidFor, PEOPLE, withChanged } from './people.cts';

/** A person edits the node of an execution that failed, and retries it with the workflow that is saved now. */

const bed = useServerBed();

const edit = async (stored: StoredWorkflow, change: object) =>
	await bed.api.save(withChanged(stored, change));

const withMode = (generationMode: string) => ({ parameters: { ...oneByOne, generationMode } });

describe('A node that is edited before a retry', () => {
	it('keeps the jobs, if the edit is refused and then undone', async () => {
		const { api, sandbox } = bed;
		const { failed, stored } = await failedAt('Dee', bed);
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
});
