import axios from 'axios';

import { createSandboxCredential } from '../../../../n8n/sandboxCredential.cts';
import type { Execution, StoredWorkflow } from '../../../../n8n/rest.cts';
import { startSandbox, type Sandbox } from '../../../../sandbox/index.cts';
import { useServerBed } from '../../serverBed.cts';
import { outputJson } from '../../workflow.cts';
import { failedAt, lose, oneByOne, paidFor, PEOPLE, refuse, withChanged } from './people.cts';

/** An execution is retried several times, and so are its retries: what one asks about is no answer for another one. */

const bed = useServerBed();
let other: Sandbox;
beforeAll(async () => (other = await startSandbox()));
afterAll(async () => await other.close());

const message = ({ data }: Execution) => data.resultData.error?.message;

const edit = async (stored: StoredWorkflow, change: object): Promise<StoredWorkflow> => ({
	...stored,
	...(await bed.api.save(withChanged(stored, change))),
});

/** The request of each item is another one with these seconds. */
const withSeconds = (endSeconds: number) => ({ parameters: { ...oneByOne, endSeconds } });

const retrySaved = async ({ id }: Execution) => await bed.api.retry(id, { loadWorkflow: true });

/** Ada has a job of the first execution, and Ben one of its retry. */
async function failedTwice() {
	const { api, sandbox } = bed;
	const { failed, stored } = await failedAt('Ben', bed);
	refuse(sandbox, 'Cem');
	const first = await api.retry(failed.id);
	expect(paidFor(sandbox)).toEqual(['Ada', 'Ben']);
	return { failed, first, stored };
}

describe('A retry that n8n has not saved', () => {
	it('is asked about after a question about another account', async () => {
		const { api, sandbox, credentials } = bed;
		const { failed, first, stored } = await failedTwice();
		await api.deleteExecution(first);
		const magicHourApi = await createSandboxCredential(api, other);
		const changed = await edit(stored, { credentials: { magicHourApi } });
		const asking = await retrySaved(failed);
		expect(message(asking)).toMatch(/belongs to another account/);
		await edit(changed, { credentials });

		const again = await retrySaved(asking);

		expect(message(again)).toContain(`not known which jobs execution ${first.id} created`);
		expect(paidFor(sandbox)).toEqual(['Ada', 'Ben']);
	});

	it('is asked about after a question about a job that was deleted', async () => {
		const { api, sandbox } = bed;
		const { failed, first } = await failedTwice();
		await api.deleteExecution(first);
		const [ada] = sandbox.jobs;
		await axios.delete(`${sandbox.url}/v1/video-projects/${ada!.id}`, {
			headers: { authorization: `Bearer ${sandbox.apiKey}` },
		});
		const asking = await api.retry(failed.id);
		expect(message(asking)).toMatch(/was deleted/);

		const again = await api.retry(asking.id);

		expect(message(again)).toContain(`not known which jobs execution ${first.id} created`);
		expect(paidFor(sandbox)).toEqual(['Ada', 'Ben']);
	});

	it('leaves its jobs to a later one that knew them', async () => {
		const { api, sandbox } = bed;
		const { failed, first } = await failedTwice();
		refuse(sandbox, 'Dee');
		expect((await api.retry(failed.id)).status).toBe('error');
		await api.deleteExecution(first);

		const again = await api.retry(failed.id);

		expect(outputJson(again, 'Lip Sync').map(({ name }) => name)).toEqual(PEOPLE);
		expect(paidFor(sandbox)).toEqual(PEOPLE);
	});

	it('leaves a later one to ask about what that one has lost', async () => {
		const { api, sandbox } = bed;
		const { failed, first } = await failedTwice();
		lose(sandbox, 'Cem');
		const second = await api.retry(failed.id);
		await api.deleteExecution(first);

		const again = await api.retry(failed.id);

		expect(message(again)).toContain(`execution ${second.id} sent it and got no answer`);
		expect(paidFor(sandbox)).toEqual(['Ada', 'Ben', 'Cem']);
	});
});

describe('An execution that asked about a retry that was deleted', () => {
	it('asks about another one, too, that knew of it and has made jobs since', async () => {
		const { api, sandbox } = bed;
		const { failed } = await failedAt('Ben', bed);
		lose(sandbox, 'Ben');
		const first = await api.retry(failed.id);
		const knowing = await api.retry(failed.id);
		expect(message(knowing)).toContain(`execution ${first.id} sent it and got no answer`);
		await api.deleteExecution(first);
		const asking = await api.retry(failed.id);
		expect(message(asking)).toContain(`not known which jobs execution ${first.id} created`);
		const answer = await api.retry(knowing.id);
		expect(answer.status).toBe('success');
		await api.deleteExecution(answer);
		const paid = paidFor(sandbox);

		const again = await api.retry(asking.id);

		expect(message(again)).toContain(`not known which jobs execution ${answer.id} created`);
		expect(paidFor(sandbox)).toEqual(paid);
	});
});

describe('An answer that was given for other requests', () => {
	it('is none for the jobs of a retry that n8n has not saved', async () => {
		const { api, sandbox } = bed;
		const { failed, first, stored } = await failedTwice();
		await api.deleteExecution(first);
		await edit(stored, withSeconds(3));
		const asking = await retrySaved(failed);
		expect(message(asking)).toMatch(/^The job may exist: /);
		const answer = await retrySaved(asking);
		expect(answer.status).toBe('success');
		const paid = paidFor(sandbox);

		const again = await api.retry(failed.id);

		expect(message(again)).toContain(`not known which jobs execution ${first.id} created`);
		expect(paidFor(sandbox)).toEqual(paid);
		expect((await api.retry(again.id)).status).toBe('success');
	});

	it('is none for a job that was lost', async () => {
		const { api, sandbox } = bed;
		const { failed, stored } = await failedAt('Ben', bed);
		lose(sandbox, 'Ben');
		const first = await api.retry(failed.id);
		await edit(stored, withSeconds(3));
		expect((await retrySaved(first)).status).toBe('success');
		const paid = paidFor(sandbox);

		const again = await api.retry(failed.id);

		expect(message(again)).toContain(`execution ${first.id} sent it and got no answer`);
		expect(paidFor(sandbox)).toEqual(paid);
		expect((await api.retry(again.id)).status).toBe('success');
	});
});
