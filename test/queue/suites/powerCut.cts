import { until } from '../../../n8n/poll.cts';
import { awaitedJob } from '../../e2e/serverBed.cts';
import { lipSync, workflow } from '../../e2e/workflow.cts';
import { useQueueBed } from '../queueBed.cts';
import type { Cluster } from '../cluster.cts';
import { rows, webhook } from '../workflows.cts';

/** All of n8n dies at once; what had queued the execution does not see it end. */
export function powerCut(cluster: Cluster): void {
	const bed = useQueueBed(cluster);

	it('leaves a crashed execution, which pays for nothing again when it is retried', async () => {
		const { api, main } = cluster;
		const { credentials, sandbox } = bed;
		const batch = await bed.publish(
			workflow('Two jobs', [webhook('two-jobs'), rows(), lipSync(awaitedJob, { credentials })]),
		);
		sandbox.setScript(() => ({ outcome: 'never' }));
		const id = await bed.call(batch, { rows: [{ row: 1 }, { row: 2 }] });
		await until('the wait', () => sandbox.requestsTo('getProject')[2]);

		await cluster.kill();
		await cluster.mend();
		await api.login();
		// n8n looks for such executions when the main starts, once the queue has given them up.
		await until(
			'the execution to be called crashed',
			async () => {
				await main.restart();
				await api.login();
				const { status } = await api.execution(id);
				return status === 'crashed' ? true : undefined;
			},
			120,
		);
		const retried = await api.retry(id);

		expect(retried.status).toBe('error');
		expect(retried.data.resultData.error?.message).toBe(
			`The job may exist: it is not known which jobs execution ${id} created`,
		);
		expect(sandbox.jobs).toHaveLength(2);
	});
}
