import type { IDataObject, INode } from 'n8n-workflow';
import type { StoredCredential } from '../e2e/n8n/rest.cts';
import { node } from '../e2e/workflow.cts';

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

/** Waits for the jobs whose ids its items have. */
export const waitById = (
	credentials: { magicHourApi: StoredCredential },
	parameters: IDataObject = {},
) =>
	node(
		'Wait',
		'n8n-nodes-magic-hour.magicHourLipSync',
		{
			resource: 'project',
			operation: 'wait',
			projectId: { __rl: true, mode: 'id', value: '={{ $json.id }}' },
			options: { pollInterval: 0.1 },
			...parameters,
		},
		{ credentials },
	);

/**
 * The Magic Hour Trigger.
 * @param webhookId makes its address, see {@link triggerUrl}
 */
export const trigger = (
	webhookId: string,
	events: string[],
	magicHourWebhookApi: StoredCredential,
): INode => ({
	...node(
		'Magic Hour Trigger',
		'n8n-nodes-magic-hour.magicHourTrigger',
		{ events },
		{ credentials: { magicHourWebhookApi } },
	),
	webhookId,
});

/** Where Magic Hour sends its events to. */
export const triggerUrl = (n8nUrl: string, webhookId: string) =>
	`${n8nUrl}/webhook/${webhookId}/webhook`;
