import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	IHookFunctions,
	INodeCredentialTestResult,
	INodeType,
	INodeTypeDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { properties, subtitle } from './properties';
import { receive } from './receive';
import { testSigningSecret } from './secretTest';
import { triggerPanel } from './panel';

export class MagicHourLipSyncTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Magic Hour Lip Sync Trigger',
		name: 'magicHourLipSyncTrigger',
		icon: {
			light: 'file:../magicHour/icons/magicHour.svg',
			dark: 'file:../magicHour/icons/magicHour.dark.svg',
		},
		group: ['trigger'],
		version: 1,
		subtitle,
		description: 'Lip sync videos with Magic Hour, and start workflows when a render is finished',
		defaults: { name: 'Magic Hour Lip Sync Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{ name: 'magicHourWebhookApi', required: true, testedBy: 'magicHourSigningSecret' },
		],
		webhooks: [
			{
				name: 'default',
				httpMethod: 'POST',
				path: 'webhook',
				responseMode: 'onReceived',
				// Empty: the answer is the node's own.
				responseData: '',
			},
		],
		triggerPanel,
		properties,
	};

	methods = {
		credentialTest: {
			async magicHourSigningSecret(
				this: ICredentialTestFunctions,
				credential: ICredentialsDecrypted,
			): Promise<INodeCredentialTestResult> {
				return testSigningSecret(credential);
			},
		},
	};

	// Magic Hour has no API to register a webhook: a person does that, once, and it stays.
	webhookMethods = {
		default: {
			async checkExists(this: IHookFunctions): Promise<boolean> {
				return true;
			},
			async create(this: IHookFunctions): Promise<boolean> {
				return true;
			},
			async delete(this: IHookFunctions): Promise<boolean> {
				return true;
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receive(this);
	}
}
