import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Execution } from '../../../n8n/rest.cts';
import { until } from '../../../n8n/poll.cts';
import { personalJob } from '../../e2e/serverBed.cts';
import { lipSync, output, workflow } from '../../e2e/workflow.cts';
import { useQueueBed } from '../queueBed.cts';
import type { Cluster } from '../cluster.cts';
import { rows, webhook } from '../workflows.cts';

const people = Array.from({ length: 200 }, (_, index) => `Person ${index}`);
const rendered = readFileSync(join(__dirname, '../../../samples/talking-head.mp4'));

const digest = (file: Buffer) => createHash('sha256').update(file).digest('hex');

/** 200 items in 20 executions that wait and download, over two workers. */
export function batchOverTwoWorkers(cluster: Cluster): void {
	const bed = useQueueBed(cluster, { renderSeconds: 2 });
	let executions: Execution[];

	beforeAll(async () => {
		const { api } = cluster;
		const parameters = { ...personalJob, output: 'videoFile' };
		const batch = await bed.publish(
			workflow('Ten people', [
				webhook('ten-people'),
				rows(),
				lipSync(parameters, { credentials: bed.credentials }),
			]),
		);
		for (let first = 0; first < people.length; first += 10) {
			const body = { rows: people.slice(first, first + 10).map((person) => ({ person })) };
			await bed.request(batch, body);
		}
		const listed = await until('20 executions to be listed', async () => {
			const list = await api.executions(batch.id);
			return list.length === 20 ? list : undefined;
		});
		executions = await Promise.all(listed.map(async ({ id }) => await api.finished(id, 150)));
	}, 240_000);

	it('ends well, with ten videos in each execution', () => {
		expect(executions.map(({ status }) => status)).toEqual(Array(20).fill('success'));
		const counts = executions.map((execution) => videosOf(execution).length);
		expect(counts).toEqual(Array(20).fill(10));
	});

	it('pays for each item once', () => {
		const paidFor = bed.sandbox.jobs.map(({ request: { name } }) => name);
		expect(paidFor.sort()).toEqual(people.sort());
	});

	it('is done by both workers', async () => {
		const ids = executions.map(({ id }) => id);
		const shares = await Promise.all(
			cluster.workers.map(async (worker) => await worker.executions()),
		);
		const done = shares.map((share) => share.filter((id) => ids.includes(id)).length);
		expect(done.every((count) => count > 0)).toBe(true);
		expect(done[0]! + done[1]!).toBe(20);
	});

	it('leaves the videos where every process of n8n finds them', async () => {
		const ids = executions.map((execution) => videosOf(execution)[0]!.id!);
		const files = await Promise.all(ids.map(async (id) => await cluster.api.binaryData(id)));

		expect(ids.every((id) => id.startsWith('database:'))).toBe(true);
		expect(files.map(digest)).toEqual(files.map(() => digest(rendered)));
	});

	it('shows the ids of the jobs with their executions', async () => {
		const created = bed.sandbox.jobs.map(({ id }) => id).sort();
		// n8n writes custom data down after the execution has ended.
		const shown = await until('every job to be shown', async () => {
			const list = await Promise.all(executions.map(async ({ id }) => cluster.api.execution(id)));
			const ids = list.flatMap(({ customData }) =>
				Object.values(customData ?? {})
					.join()
					.split(','),
			);
			return ids.length >= created.length ? ids : undefined;
		});
		expect(shown.sort()).toEqual(created);
	});
}

const videosOf = (execution: Execution) =>
	output(execution, 'Lip Sync').flatMap(({ binary }) => binary?.data ?? []);
