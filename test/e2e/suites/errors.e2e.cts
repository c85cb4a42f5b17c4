import { file } from '../../support/sources.cts';
import { personalJob, useServerBed } from '../serverBed.cts';
import { lipSync, node, outputJson, start, withRows, workflow } from '../workflow.cts';

const bed = useServerBed();

const rows = ['Ada', 'Ben', 'Cem'].map((person) => ({ person }));
const noOperation = (name: string) => node(name, 'n8n-nodes-base.noOp');

describe('A failed item', () => {
	beforeEach(() =>
		bed.sandbox.setScript(({ name }) => (name === 'Ben' ? { outcome: 'error' } : {})),
	);

	it('takes the error output with its id, and the others go on', async () => {
		const { api, sandbox, credentials } = bed;
		const stored = await api.importWorkflow(
			withRows(
				workflow(
					'Error output',
					[
						start(),
						lipSync(personalJob, { credentials, onError: 'continueErrorOutput' }),
						noOperation('Done'),
						noOperation('Failed'),
					],
					[
						['Start', 0, 'Lip Sync'],
						['Lip Sync', 0, 'Done'],
						['Lip Sync', 1, 'Failed'],
					],
				),
				rows,
			),
		);

		const execution = await api.run(stored, 'Start');

		expect(execution.status).toBe('success');
		expect(outputJson(execution, 'Done')).toMatchObject([{ name: 'Ada' }, { name: 'Cem' }]);
		const ben = sandbox.jobs.find(({ request }) => request.name === 'Ben')!;
		expect(outputJson(execution, 'Failed')).toEqual([
			expect.objectContaining({
				error: expect.stringContaining('detectable face'),
				code: 'no_source_face',
				id: ben.id,
			}),
		]);
	});

	it('stops the execution otherwise, with a message that names the reason', async () => {
		const { api, credentials } = bed;
		const stored = await api.importWorkflow(
			withRows(workflow('Stop on error', [start(), lipSync(personalJob, { credentials })]), rows),
		);

		const execution = await api.run(stored, 'Start');

		expect(execution.status).toBe('error');
		const { error } = execution.data.resultData;
		expect(error).toMatchObject({
			message: expect.stringContaining('detectable face'),
			context: { itemIndex: 1 },
		});
	});
});

describe('An expression from an example', () => {
	it('is told to need the name of the own node', async () => {
		const { api, credentials } = bed;
		const video = file("={{ $('Read Video').item.binary.data }}");
		const stored = await api.importWorkflow(
			workflow('No such node', [start(), lipSync({ ...personalJob, video }, { credentials })]),
		);

		const execution = await api.run(stored, 'Start');

		expect(execution.data.resultData.error).toMatchObject({
			message: 'Video: there is no node “Read Video”',
			description: expect.stringContaining('the name of your own node'),
		});
	});
});

describe('A bad key', () => {
	it('is told in a sentence that says what to do', async () => {
		const { api, sandbox } = bed;
		const magicHourApi = await api.createCredential('magicHourApi', 'Expired', {
			apiKey: 'expired-key',
			baseUrl: sandbox.url,
		});
		const stored = await api.importWorkflow(
			workflow('Bad key', [
				start(),
				lipSync({ resource: 'account', operation: 'get' }, { credentials: { magicHourApi } }),
			]),
		);

		const execution = await api.run(stored, 'Start');

		expect(execution.status).toBe('error');
		const told = JSON.stringify(execution.data.resultData.error);
		expect(told).toContain('https://magichour.ai/developer');
		expect(told).not.toContain('expired-key');
	});
});
