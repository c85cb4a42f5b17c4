import axios from 'axios';
import { signDelivery } from '../../../sandbox/index.cts';
import type { Execution, StoredWorkflow } from '../../../n8n/rest.cts';
import { until } from '../../../n8n/poll.cts';
import { awaitedJob } from '../../e2e/serverBed.cts';
import { lipSync, outputJson, workflow } from '../../e2e/workflow.cts';
import { signingSecret, useQueueBed } from '../queueBed.cts';
import type { Cluster } from '../cluster.cts';
import { rows, trigger, triggerUrl, webhook } from '../workflows.cts';

const triggerId = '0f9e6a57-1f0c-4b0e-8a53-2f3f1f5c9e21';

/** The main is away while jobs finish; the trigger of a published workflow is told of them. */
export function mainRestarted(cluster: Cluster): void {
	const bed = useQueueBed(cluster, {}, triggerId);
	let onCompleted: StoredWorkflow;
	let waiting: Execution;
	let heard: Execution;

	beforeAll(async () => {
		const { credentials, magicHourWebhookApi } = bed;
		const download = { resource: 'project', operation: 'download' };
		const projectId = { __rl: true, mode: 'id', value: '={{ $json.id }}' };
		onCompleted = await bed.publish(
			workflow('On completed', [
				trigger(triggerId, ['video.completed'], magicHourWebhookApi),
				lipSync({ ...download, projectId }, { credentials }),
			]),
		);
		const wait = await bed.publish(
			workflow('Waits', [
				webhook('waits'),
				rows(),
				lipSync({ ...awaitedJob, output: 'videoFile' }, { credentials }),
			]),
		);
		bed.sandbox.setScript(() => ({ outcome: 'never' }));
		const id = await bed.call(wait, { rows: [{}] });
		await until('the wait', () => bed.sandbox.requestsTo('getProject')[1]);

		await cluster.main.stop();
		bed.sandbox.finish(bed.sandbox.jobs[0]!.id);
		// By the execution that waits, and by the one that the trigger starts.
		await until('two downloads', () => bed.sandbox.requestsTo('download')[1], 60);
		await cluster.main.start();
		await cluster.api.login();

		waiting = await cluster.api.finished(id);
		const [{ id: heardId } = { id: '' }] = await cluster.api.executions(onCompleted.id);
		heard = await cluster.api.finished(heardId);
	}, 300_000);

	const deliver = async (body: string) => {
		const now = Math.floor(Date.now() / 1000);
		return await axios.post(triggerUrl(cluster.webhooks.url, triggerId), body, {
			headers: {
				'content-type': 'application/json',
				'magic-hour-event-signature': signDelivery(signingSecret, now, body),
				'magic-hour-event-timestamp': String(now),
			},
		});
	};

	it('does not disturb an execution that waits', () => {
		expect(waiting.status).toBe('success');
		expect(outputJson(waiting, 'Lip Sync')).toMatchObject([{ status: 'complete' }]);
		expect(bed.sandbox.jobs).toHaveLength(1);
	});

	it('keeps no event from the trigger', () => {
		const { id } = bed.sandbox.jobs[0]!;
		expect(heard.status).toBe('success');
		expect(outputJson(heard, 'Magic Hour Lip Sync Trigger')).toMatchObject([{ id }]);
		expect(outputJson(heard, 'Lip Sync')).toMatchObject([{ id, status: 'complete' }]);
	});

	it('leaves the trigger at work, which still knows what it was sent before', async () => {
		const [delivered] = outputJson(heard, 'Magic Hour Lip Sync Trigger');
		const { event: type, ...payload } = delivered!;

		const repeated = await deliver(JSON.stringify({ type, payload }));
		const another = await deliver(
			JSON.stringify({ type, payload: { ...payload, id: 'cm_other' } }),
		);

		expect(repeated.data).toEqual({ message: 'Ignored: received before' });
		expect(another.data).not.toEqual(repeated.data);
		await until('one more execution', async () => {
			const executions = await cluster.api.executions(onCompleted.id);
			return executions.length === 2 ? true : undefined;
		});
	});
}
