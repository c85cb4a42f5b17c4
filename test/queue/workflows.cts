import type { INode } from 'n8n-workflow';
import type { StoredCredential } from '../../n8n/rest.cts';
import { node } from '../e2e/workflow.cts';

export { rows, waitById, webhook } from '../e2e/webhooks.cts';

/**
 * The Magic Hour Lip Sync Trigger.
 * @param webhookId makes its address, see {@link triggerUrl}
 */
export const trigger = (
	webhookId: string,
	events: string[],
	magicHourWebhookApi: StoredCredential,
): INode => ({
	...node(
		'Magic Hour Lip Sync Trigger',
		'n8n-nodes-magic-hour.magicHourLipSyncTrigger',
		{ events },
		{ credentials: { magicHourWebhookApi } },
	),
	webhookId,
});

/** Where Magic Hour sends its events to. */
export const triggerUrl = (n8nUrl: string, webhookId: string) =>
	`${n8nUrl}/webhook/${webhookId}/webhook`;
