import { until } from '../../../n8n/poll.cts';
import { personalJob } from '../../e2e/serverBed.cts';
import { lipSync, outputJson, workflow } from '../../e2e/workflow.cts';
import { useQueueBed } from '../queueBed.cts';
import type { Cluster } from '../cluster.cts';
import { startsOwnRedis } from '../services/redis.cts';
import { rows, webhook } from '../workflows.cts';

const people = ['Ada', 'Ben', 'Cem', 'Dee', 'Eli', 'Fay'];

const itWithOwnRedis = startsOwnRedis ? it : it.skip;
const onlyWithOwnRedis = startsOwnRedis
	? ''
	: ' (needs redis-server in PATH and no QUEUE_REDIS_URL)';

/** The queue is gone for some seconds, and with it every connection to it. */
export function redisRestarted(cluster: Cluster): void {
	const bed = useQueueBed(cluster);

	itWithOwnRedis(`holds up nobody and pays for nothing twice${onlyWithOwnRedis}`, async () => {
		const { credentials, sandbox } = bed;
		const { api } = cluster;
		const one = await bed.publish(
			workflow('One person', [
				webhook('one-person'),
				rows(),
				lipSync(personalJob, { credentials }),
			]),
		);
		sandbox.setScript(() => ({ outcome: 'never' }));
		for (const person of people) await bed.request(one, { rows: [{ person }] });
		await until('all to wait', () => sandbox.requestsTo('getProject')[2 * people.length]);

		await cluster.redis.restart();
		sandbox.setScript(() => ({}));
		for (const { id } of sandbox.jobs) sandbox.finish(id);
		const waited = await Promise.all(
			(await api.executions(one.id)).map(async ({ id }) => await api.finished(id, 120)),
		);
		const after = await bed.run(one, { rows: [{ person: 'Gus' }] });

		await until('every process to be connected again', async () => {
			const logs = await cluster.logs();
			return logs.every((log) => log.includes('Recovered Redis connection')) || undefined;
		});

		const ends = [...waited, after].map((execution) => ({
			status: execution.status,
			jobs: outputJson(execution, 'Lip Sync').map(({ status }) => status),
		}));
		expect(ends).toEqual(Array(7).fill({ status: 'success', jobs: ['complete'] }));
		expect(sandbox.jobs.map(({ request: { name } }) => name).sort()).toEqual([...people, 'Gus']);
	});
}
