import { until } from '../../../../n8n/poll.cts';
import { currentRun } from '../../jest/run.cts';
import { useServerBed } from '../../serverBed.cts';
import { call, newPath, rows, webhook } from '../../webhooks.cts';
import { lipSync, workflow } from '../../workflow.cts';
import { jobOf, oneByOne, paidFor, PEOPLE, rowsOf } from './people.cts';

/** A person stops an execution, and retries it by n8n’s API; the editor offers no Retry for it. */

const bed = useServerBed();
const three = PEOPLE.slice(0, 3);

/** Stops an execution that has made three jobs. Returns its id. */
async function stopped(retryOnFail: boolean): Promise<string> {
	const { api, sandbox, credentials } = bed;
	const path = newPath('stopped');
	const create = { ...lipSync(oneByOne, { credentials }), retryOnFail };
	const stored = await api.importWorkflow(workflow('Stopped', [webhook(path), rows(), create]));
	await api.publish(stored);
	sandbox.fail({
		on: 'createLipSync',
		action: 'hang',
		match: jobOf('Cem'),
	});
	const id = await call(api, stored, `webhook/${path}`, { rows: rowsOf(PEOPLE) });
	await until('three jobs', () => sandbox.jobs[2]);
	await api.stop(id);
	expect((await api.finished(id)).status).toBe('canceled');
	sandbox.clearFaults();
	return id;
}

// n8n 1.x runs no node in such a retry.
const onlyIn2x = currentRun().target === '2.x' ? it : it.skip;

describe('A retry of an execution that was stopped in Create', () => {
	onlyIn2x('asks first', async () => {
		const id = await stopped(false);

		const retried = await bed.api.retry(id);

		expect(retried.data.resultData.error!.message).toMatch(/^The job may exist: /);
		expect(paidFor(bed.sandbox)).toEqual(three);
	});

	onlyIn2x('asks again, where n8n shows the error of the first execution instead', async () => {
		const unread = await bed.api.retry(await stopped(true));
		expect(unread.data.resultData.error!.message).toContain('cancelled');

		const retried = await bed.api.retry(unread.id);

		expect(retried.data.resultData.error!.message).toMatch(/^The job may exist: /);
		expect(paidFor(bed.sandbox)).toEqual(three);
	});
});
