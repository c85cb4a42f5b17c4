import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSandboxCredential } from '../../../../n8n/sandboxCredential.cts';
import { startSandbox, type Sandbox } from '../../../../sandbox/index.cts';
import { file } from '../../../support/sources.cts';
import { awaitedJob, useServerBed } from '../../serverBed.cts';
import { lipSync, node, outputJson, start, workflow } from '../../workflow.cts';
import { failedAt, lose, paidFor } from './people.cts';

/** An execution that failed at one account is retried with the credential of another one. */

const bed = useServerBed();
let other: Sandbox;

beforeEach(async () => (other = await startSandbox({ queueSeconds: 0.1, renderSeconds: 0.3 })));
afterEach(async () => await other.close());

async function withFiles(parameters: object) {
	const { api, run, credentials } = bed;
	const read = (name: string, file: string, dataPropertyName: string) =>
		node(name, 'n8n-nodes-base.readWriteFile', {
			fileSelector: join(run.files, file),
			options: { dataPropertyName },
		});
	for (const name of ['voice-over.mp3', 'talking-head.mp4']) {
		await copyFile(join(__dirname, '../../../../samples', name), join(run.files, name));
	}
	return await api.importWorkflow(
		workflow(
			'Two accounts',
			[
				start(),
				read('Audio', 'voice-over.mp3', 'audio'),
				read('Video', 'talking-head.mp4', 'video'),
				node(
					'Merge',
					'n8n-nodes-base.merge',
					{ mode: 'combine', combineBy: 'combineByPosition', options: {} },
					{ typeVersion: 3 },
				),
				lipSync(
					{ ...awaitedJob, audio: file('audio'), video: file('video'), ...parameters },
					{ credentials },
				),
			],
			[
				['Start', 0, 'Audio'],
				['Start', 0, 'Video'],
				['Audio', 0, 'Merge', 0],
				['Video', 0, 'Merge', 1],
				['Merge', 0, 'Lip Sync'],
			],
		),
	);
}

/** Chooses the other account's credential in the node, saves, and retries with that. */
async function retryWithTheOther(stored: Awaited<ReturnType<typeof withFiles>>, id: string) {
	const { api } = bed;
	const magicHourApi = await createSandboxCredential(api, other);
	stored.nodes.find(({ name }) => name === 'Lip Sync')!.credentials = { magicHourApi };
	await api.save(stored);
	return await api.retry(id, { loadWorkflow: true });
}

describe('A retry with the credential of another account', () => {
	it('uploads the files there, and makes its job there', async () => {
		const { api, sandbox } = bed;
		sandbox.fail({
			on: 'createLipSync',
			action: { status: 402, body: { code: 'insufficient_credits', message: 'Too few credits' } },
		});
		const stored = await withFiles({});
		const failed = await api.run(stored, 'Start');
		expect(failed.status).toBe('error');
		expect(sandbox.uploads.size).toBe(2);

		const retried = await retryWithTheOther(stored, failed.id);

		expect(other.uploads.size).toBe(2);
		expect(retried.status).toBe('success');
		expect(outputJson(retried, 'Lip Sync')).toMatchObject([{ id: other.jobs[0]!.id }]);
		expect(sandbox.jobs).toHaveLength(0);
	});

	it('asks first where the first account has a job, and then makes one of its own', async () => {
		const { api, sandbox } = bed;
		sandbox.setScript(() => ({ outcome: 'never' }));
		const stored = await withFiles({ options: { pollInterval: 0.1, timeoutMinutes: 0.02 } });
		const failed = await api.run(stored, 'Start');
		expect(sandbox.jobs).toHaveLength(1);

		const asking = await retryWithTheOther(stored, failed.id);

		expect(other.jobs).toHaveLength(0);
		const { message, description } = asking.data.resultData.error!;
		expect(message).toContain(`Job ${sandbox.jobs[0]!.id} belongs to another account`);
		expect(description).toContain('pay');

		const retried = await api.retry(asking.id, { loadWorkflow: true });

		expect(retried.status).toBe('success');
		expect(outputJson(retried, 'Lip Sync')).toMatchObject([{ id: other.jobs[0]!.id }]);
	});

	it('asks about a job that was lost in the other account, whatever it has asked before', async () => {
		const { api } = bed;
		const { failed, stored } = await failedAt('Ben', bed);
		const first = await retryWithTheOther(stored, failed.id);
		const second = await api.retry(failed.id, { loadWorkflow: true });
		lose(other, 'Ada');
		expect((await api.retry(first.id, { loadWorkflow: true })).status).toBe('error');
		expect(paidFor(other)).toEqual(['Ada']);

		const asking = await api.retry(second.id, { loadWorkflow: true });

		expect(asking.data.resultData.error!.message).toMatch(/^The job may exist: /);
		expect(paidFor(other)).toEqual(['Ada']);
	});

	it('asks about such a job after the one that the first account has', async () => {
		const { api } = bed;
		const { failed, stored } = await failedAt('Cem', bed);
		const first = await retryWithTheOther(stored, failed.id);
		lose(other, 'Ada');
		await api.retry(first.id, { loadWorkflow: true });
		expect(paidFor(other)).toEqual(['Ada']);
		const second = await api.retry(failed.id, { loadWorkflow: true });
		expect(second.data.resultData.error!.message).toContain('belongs to another account');

		const asking = await api.retry(second.id, { loadWorkflow: true });

		expect(asking.data.resultData.error!.message).toMatch(/^The job may exist: /);
		expect(paidFor(other)).toEqual(['Ada']);
	});
});
