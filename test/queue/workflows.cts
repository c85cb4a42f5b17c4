import type { INode } from 'n8n-workflow';
import type { StoredCredential, WorkflowFile } from '../e2e/n8n/rest.cts';
import { node, workflow } from '../e2e/workflow.cts';

/** Starts a workflow for each request to `/webhook/<path>`, and answers at once. */
export const webhook = (path: string): INode => ({
	...node(
		'Webhook',
		'n8n-nodes-base.webhook',
		{ httpMethod: 'POST', path, responseMode: 'onReceived' },
		{ typeVersion: 2 },
	),
	webhookId: path,
});

/** One item for each of the `rows` in the body of the request. */
export const rows = () =>
	node('Rows', 'n8n-nodes-base.splitOut', { fieldToSplitOut: 'body.rows' }, { typeVersion: 1 });

/** Part of the address that {@link journal} is called at. */
export const journalPath = 'b5b1c9a4-6f0f-4a3b-9d0e-5d9c1f2f7a10';

/**
 * Writes every job of the account into an execution of its own: a trigger for `video.started`, and the id as
 * custom data, as an execution of Lip Sync has it.
 */
export function journal(magicHourWebhookApi: StoredCredential): WorkflowFile {
	const trigger = node(
		'Magic Hour Trigger',
		'n8n-nodes-magic-hour.magicHourTrigger',
		{ events: ['video.started'] },
		{ credentials: { magicHourWebhookApi } },
	);
	const values = [{ key: 'magic_hour_jobs', value: '={{ $json.id }}' }];
	return workflow('Every job', [
		{ ...trigger, webhookId: journalPath },
		node('Note the id', 'n8n-nodes-base.executionData', { dataToSave: { values } }),
	]);
}
