import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../e2e/poll.cts';
import { awaitedJob } from '../../e2e/testBed.cts';
import { lipSync, node, output, outputJson, workflow } from '../../e2e/workflow.cts';
import { useQueueBed } from '../bed.cts';
import type { Cluster } from '../cluster.cts';
import { rows, webhook } from '../workflows.cts';

export function workerKilled(cluster: Cluster): void {
	const bed = useQueueBed(cluster);
	beforeEach(() => bed.sandbox.reset());

	it('explore', async () => {
		const { api } = cluster;
		const parameters = {
			...awaitedJob,
			additionalFields: { name: '={{ $json.person }}' },
		};
		bed.sandbox.setScript(() => ({ outcome: 'never' }));
		const file = workflow('Kill', [
				webhook('kill'),
				rows(),
				lipSync({...parameters, waitForCompletion: false}, { credentials: bed.credentials }),
				node('Wait', 'n8n-nodes-magic-hour.magicHourLipSync', {resource:'project', operation:'wait', projectId: {__rl:true, mode:'id', value:'={{$json.id}}'}, options:{pollInterval:0.1}}, { credentials: bed.credentials }),
			]);
		const stored = await bed.publish({...file, settings: {saveExecutionProgress: true} as never});
		const id = await bed.call(stored, {rows: [{person:'A'},{person:'B'}]});
		await until('wait', () => bed.sandbox.requestsTo('getProject').length > 2 ? true : undefined);
		const worker = await cluster.workerOf(id);
		console.log('before', JSON.stringify(await api.execution(id)).slice(0,3000));
		const t = Date.now();
		await worker.process.kill();
		const ended = await api.finished(id, 120);
		console.log('ended after', Date.now()-t, JSON.stringify(ended).slice(0,3000));
		console.log('jobs', bed.sandbox.jobs.length);
		try { const r = await api.retry(id, 60); console.log('retried', JSON.stringify(r).slice(0,3000)); } catch (e) { console.log('retry', e) }
		console.log('jobs', bed.sandbox.jobs.length);
		const s = Date.now();
		await worker.process.start();
		console.log('restart', Date.now()-s);
	});
}
