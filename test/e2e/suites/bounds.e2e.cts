import { awaitedJob, useServerBed } from '../serverBed.cts';
import { lipSync, outputJson, start, workflow } from '../workflow.cts';

const bed = useServerBed();

const readAccount = { resource: 'account', operation: 'get' };

/** Seconds that a run may take longer than the timeout of its item: for the last check, and for n8n itself. */
const GRACE = 20;

async function run(name: string, parameters: object, seconds = 60) {
	const { api, credentials } = bed;
	const node = lipSync(parameters as never, { credentials, onError: 'continueRegularOutput' });
	const stored = await api.importWorkflow(workflow(name, [start(), node]));
	const begun = Date.now();
	const execution = await api.run(stored, 'Start', seconds);
	const [json] = outputJson(execution, 'Lip Sync');
	return { json, seconds: (Date.now() - begun) / 1000 };
}

describe('An answer without a bound', () => {
	it.each(['bomb', 'endless'] as const)('of size (%s) is not read to its end', async (action) => {
		const { sandbox } = bed;
		sandbox.fail({ on: 'getAccount', action, times: 10 });

		const { json } = await run(`Account, ${action}`, readAccount);

		expect(json).toMatchObject({ error: expect.stringContaining('larger than 5 MB') });
		expect(sandbox.requestsTo('getAccount')).toHaveLength(1);

		sandbox.clearFaults();
		const later = await run('Account, as it should be', readAccount);
		expect(later.json).toMatchObject({ credits: sandbox.account.credits });
	});

	it('of time does not hold an item past its timeout', async () => {
		const { sandbox } = bed;
		sandbox.setScript(() => ({ outcome: 'never' }));
		const created = await run('Create', {
			...awaitedJob,
			output: 'jobId',
		});
		sandbox.fail({ on: 'getProject', action: { dripSeconds: 5 }, times: 100 });

		const { json, seconds } = await run('Wait, dripping', {
			resource: 'project',
			operation: 'wait',
			projectId: { __rl: true, mode: 'id', value: created.json!.id },
			options: { timeoutMinutes: 0.1 },
		});

		expect(json).toMatchObject({ code: 'timeout', id: created.json!.id });
		expect(seconds).toBeLessThan(6 + GRACE);
	}, 120_000);
});
