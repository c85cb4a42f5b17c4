import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Execution, StoredWorkflow } from '../../../n8n/rest.cts';
import { until } from '../../../n8n/poll.cts';
import { awaitedJob, personalJob } from '../../e2e/serverBed.cts';
import { lipSync, node, outputJson, workflow } from '../../e2e/workflow.cts';
import { useQueueBed } from '../queueBed.cts';
import type { Cluster } from '../cluster.cts';
import { rows, trigger, waitById, webhook } from '../workflows.cts';
import { FILES } from '../../support/sources.cts';

const sample = (name: string) => readFileSync(join(__dirname, '../../../samples', name));
const two = { rows: [{ person: 'Ada' }, { person: 'Ben' }] };
const journalId = 'b5b1c9a4-6f0f-4a3b-9d0e-5d9c1f2f7a10';

/** What is lost with a worker, what is not, and how the jobs are found again. */
export function workerKilled(cluster: Cluster): void {
	const bed = useQueueBed(cluster, {}, journalId);
	/** Each job of the account, by the event of its start, in an execution of its own. */
	let journal: StoredWorkflow;
	/** For a person who has the ids of jobs. */
	let byId: StoredWorkflow;

	beforeAll(async () => {
		const { credentials, magicHourWebhookApi } = bed;
		journal = await bed.publish(
			workflow('Every job', [trigger(journalId, ['video.started'], magicHourWebhookApi)]),
		);
		byId = await bed.publish(
			workflow('By id', [webhook('by-id'), rows(), waitById(credentials, { output: 'videoFile' })]),
		);
	});
	beforeEach(() => bed.sandbox.reset());
	afterEach(async () => await cluster.mend(), 180_000);

	/** Kills the worker that has the execution, and waits until n8n has noticed. */
	async function killWorkerOf(executionId: string): Promise<Execution> {
		const worker = await cluster.workerOf(executionId);
		await worker.process.kill();
		return await cluster.api.finished(executionId, 120);
	}

	const paidFor = () => bed.sandbox.jobs.map(({ request }) => request.name).sort();
	const jobIds = () => bed.sandbox.jobs.map(({ id }) => id).sort();

	/** Ids of the jobs that the journal has an execution of, once it has as many as there are jobs. */
	const inTheJournal = async () =>
		await until('the journal to have every job', async () => {
			const listed = await cluster.api.executions(journal.id);
			const executions = await Promise.all(
				listed.map(async ({ id }) => await cluster.api.execution(id)),
			);
			const ids = executions
				.flatMap((execution) => outputJson(execution, 'Magic Hour Lip Sync Trigger'))
				.map(({ id }) => id as string);
			const found = jobIds().filter((id) => ids.includes(id));
			return found.length === bed.sandbox.jobs.length ? found : undefined;
		});

	/** Finishes all jobs at Magic Hour, and lets a workflow fetch them by their ids. */
	async function takeUp(ids: string[]): Promise<Execution> {
		for (const { id } of bed.sandbox.jobs) bed.sandbox.finish(id);
		return await bed.run(byId, { rows: ids.map((id) => ({ id })) });
	}

	it('while it uploads: nothing was paid for, and the item can be run again', async () => {
		const { credentials, sandbox } = bed;
		const binaryJob = { ...awaitedJob, ...FILES };
		const files = await bed.publish(
			workflow('Two files', [webhook('two-files'), lipSync(binaryJob, { credentials })]),
		);
		const body = new FormData();
		body.append('video', new Blob([sample('talking-head.mp4')]), 'talking-head.mp4');
		body.append('audio', new Blob([sample('voice-over.mp3')]), 'voice-over.mp3');
		sandbox.fail({ on: 'upload', action: 'hang', times: 2 });

		const id = await bed.call(files, body);
		await until('the upload', () => sandbox.requestsTo('upload')[0]);
		const ended = await killWorkerOf(id);

		expect(ended.status).toBe('error');
		expect(sandbox.jobs).toEqual([]);
		sandbox.clearFaults();
		expect((await bed.run(files, body)).status).toBe('success');
		expect(sandbox.jobs).toHaveLength(1);
	});

	it('between create and wait: n8n forgets the ids, the journal and the log have them', async () => {
		const { credentials, sandbox } = bed;
		const batch = await bed.publish(
			workflow('Create and wait', [
				webhook('create-and-wait'),
				rows(),
				lipSync(personalJob, { credentials }),
			]),
		);
		sandbox.setScript(() => ({ outcome: 'never' }));
		const isBen = ({ body }: { body: unknown }) => (body as { name: string }).name === 'Ben';
		const afterTheKill = { delaySeconds: 600 };
		sandbox.fail({ on: 'createLipSync', action: afterTheKill, match: isBen });

		const id = await bed.call(batch, two);
		const line = new RegExp(`Magic Hour job (\\S+) was created for item 0 of execution ${id}\\b`);
		const logged = await until("Ada's job to be in the log", async () => {
			const worker = await cluster.workerOf(id);
			return line.exec(await readFile(worker.process.log, 'utf8'))?.[1];
		});
		await until('both jobs', () => sandbox.jobs[1]);
		const ended = await killWorkerOf(id);

		expect(ended.status).toBe('error');
		expect(ended.data.resultData.runData).toEqual({});
		expect(paidFor()).toEqual(['Ada', 'Ben']);
		const ada = sandbox.jobs.find(({ request: { name } }) => name === 'Ada')!;
		expect(logged).toBe(ada.id);
		const ids = await inTheJournal();
		expect(ids).toEqual(jobIds());
		expect(outputJson(await takeUp(ids), 'Wait')).toMatchObject(
			ids.map((job) => ({ id: job, status: 'complete' })),
		);
		expect(paidFor()).toEqual(['Ada', 'Ben']);
	});

	it('while waiting: n8n never runs it again, and a sub-workflow that created the jobs keeps their ids', async () => {
		const { credentials, sandbox } = bed;
		const { api } = cluster;
		const create = await bed.publish(
			workflow('Create', [
				node(
					'Start',
					'n8n-nodes-base.executeWorkflowTrigger',
					{ inputSource: 'passthrough' },
					{ typeVersion: 1.1 },
				),
				lipSync({ ...personalJob, output: 'jobId' }, { credentials }),
			]),
		);
		const workflowId = { __rl: true, mode: 'id', value: create.id };
		const parent = await bed.publish({
			...workflow('Create, then wait', [
				webhook('create-then-wait'),
				rows(),
				node('Create', 'n8n-nodes-base.executeWorkflow', { workflowId }, { typeVersion: 1.2 }),
				waitById(credentials),
			]),
			settings: { saveExecutionProgress: true },
		});
		sandbox.setScript(() => ({ outcome: 'never' }));

		const id = await bed.call(parent, two);
		await until('the wait', () => sandbox.requestsTo('getProject')[2]);
		const ended = await killWorkerOf(id);

		const retried = await api.retry(id);
		const starts = await Promise.all(
			cluster.workers.map(async (worker) => await worker.executions()),
		);

		for (const { status, data } of [ended, retried]) {
			expect(status).toBe('error');
			expect(data.resultData.runData).toEqual({});
		}
		expect(starts.flat().filter((started) => started === id)).toEqual([id]);
		const [creation] = await api.executions(create.id);
		const created = await api.execution(creation!.id);
		expect(created.status).toBe('success');
		expect(created.customData?.magic_hour_jobs?.split(',').sort()).toEqual(jobIds());
		const ids = outputJson(created, 'Lip Sync').map((job) => job.id as string);
		expect(outputJson(await takeUp(ids), 'Wait')).toMatchObject(
			ids.map((job) => ({ id: job, status: 'complete' })),
		);
		expect(paidFor()).toEqual(['Ada', 'Ben']);
	});
}
