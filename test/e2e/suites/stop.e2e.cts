import { until } from '../../../n8n/poll.cts';
import { awaitedJob, useServerBed } from '../serverBed.cts';
import { lipSync, start, workflow } from '../workflow.cts';

const bed = useServerBed();

describe('"Stop execution" during a wait', () => {
	it('ends the wait at once, and asks Magic Hour nothing more', async () => {
		const { api, sandbox, credentials } = bed;
		sandbox.setScript(() => ({ outcome: 'never' }));
		const stored = await api.importWorkflow(
			workflow('Endless', [start(), lipSync(awaitedJob, { credentials })]),
		);
		const id = await api.start(stored, 'Start');
		await until('a status check', () => sandbox.requestsTo('getProject')[0]);

		await api.stop(id);
		const stopped = await api.finished(id);
		const checks = sandbox.requestsTo('getProject').length;

		expect(stopped.status).toBe('canceled');
		await new Promise((resolve) => setTimeout(resolve, 1000));
		expect(sandbox.requestsTo('getProject').length).toBe(checks);
		expect(sandbox.jobs).toHaveLength(1);
	});
});
