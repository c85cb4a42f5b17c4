import { personalJob, useServerBed } from '../../serverBed.cts';
import { lipSync, node, outputJson, start, withRows, workflow } from '../../workflow.cts';
import { failedAt, looped, lose, paidFor, PEOPLE, refuse, rowsOf } from './people.cts';

/** n8n offers to retry an execution again as long as none of its retries succeeded. */

const bed = useServerBed();

describe('The original execution, retried again', () => {
	it('keeps what its first retry has made', async () => {
		const { api, sandbox } = bed;
		const { failed: original } = await failedAt('Ben', bed);
		refuse(sandbox, 'Dee');
		expect((await api.retry(original.id)).status).toBe('error');
		expect(paidFor(sandbox)).toEqual(['Ada', 'Ben', 'Cem']);

		const again = await api.retry(original.id);

		expect(paidFor(sandbox)).toEqual(PEOPLE);
		expect(again.status).toBe('success');
		expect(outputJson(again, 'Lip Sync').map(({ name }) => name)).toEqual(PEOPLE);
	});

	it('knows the jobs of every run of a node that two branches lead to', async () => {
		const { api, sandbox, credentials } = bed;
		const branch = (person: string) =>
			node(
				person,
				'n8n-nodes-base.set',
				{ mode: 'raw', jsonOutput: JSON.stringify({ person }), options: {} },
				{ typeVersion: 3.4 },
			);
		const stored = await api.importWorkflow(
			workflow(
				'Two branches',
				[start(), branch('Ada'), branch('Ben'), lipSync(personalJob, { credentials })],
				[
					['Start', 0, 'Ada'],
					['Start', 0, 'Ben'],
					['Ada', 0, 'Lip Sync'],
					['Ben', 0, 'Lip Sync'],
				],
			),
		);
		refuse(sandbox, 'Ada');
		const original = await api.run(stored, 'Start');
		expect(original.status).toBe('error');
		expect((await api.retry(original.id)).status).toBe('success');
		expect(paidFor(sandbox)).toEqual(['Ada', 'Ben']);

		expect((await api.retry(original.id)).status).toBe('success');

		expect(paidFor(sandbox)).toEqual(['Ada', 'Ben']);
	});

	it('asks for a doubt in a later turn of a loop, of which only its retry has told', async () => {
		const { api, sandbox, credentials } = bed;
		const stored = await api.importWorkflow(
			withRows(looped('Loop', start(), lipSync(personalJob, { credentials })), rowsOf(PEOPLE)),
		);
		refuse(sandbox, 'Ben');
		const original = await api.run(stored, 'Start');
		expect(original.status).toBe('error');
		lose(sandbox, 'Dee');
		expect((await api.retry(original.id)).data.resultData.error!.message).toMatch(
			/^The job may exist: /,
		);
		expect(paidFor(sandbox)).toEqual(PEOPLE);

		const again = await api.retry(original.id);

		expect(again.data.resultData.error!.message).toMatch(/^The job may exist: /);
		expect(paidFor(sandbox)).toEqual(PEOPLE);
	});

	it('three times at the same moment: one makes the jobs, the others ask first', async () => {
		const { api, sandbox } = bed;
		const { failed: original } = await failedAt('Ben', bed);

		const retries = await Promise.all([1, 2, 3].map(async () => api.retry(original.id)));

		expect(paidFor(sandbox)).toEqual(PEOPLE);
		expect(retries.map(({ status }) => status).sort()).toEqual(['error', 'error', 'success']);
	});

	it('twice at the same moment: one makes the jobs, the other one asks first', async () => {
		const { api, sandbox } = bed;
		const { failed: original } = await failedAt('Ben', bed);

		const retries = await Promise.all([api.retry(original.id), api.retry(original.id)]);

		expect(paidFor(sandbox)).toEqual(PEOPLE);
		expect(retries.map(({ status }) => status).sort()).toEqual(['error', 'success']);
		const asking = retries.find(({ status }) => status === 'error')!;
		const other = retries.find(({ status }) => status === 'success')!;
		const { message, description } = asking.data.resultData.error!;
		expect(`${message} ${description}`).toContain(`execution ${other.id}`);

		// By now the other one is saved.
		const third = await api.retry(asking.id);
		expect(outputJson(third, 'Lip Sync').map(({ name }) => name)).toEqual(PEOPLE);
		expect(paidFor(sandbox)).toEqual(PEOPLE);
	});
});
