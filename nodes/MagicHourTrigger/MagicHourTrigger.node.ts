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

import { hasMemory, openMemory } from './replayMemory';
import { properties } from './properties';
import { receive } from './receive';
import { testSigningSecret } from './secretTest';
import { triggerPanel } from './panel';

export class MagicHourTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Magic Hour Trigger',
		name: 'magicHourTrigger',
		icon: {
			light: 'file:../magicHour/icons/magicHour.svg',
			dark: 'file:../magicHour/icons/magicHour.dark.svg',
		},
		group: ['trigger'],
		version: 1,
		subtitle: '={{$parameter["events"].join(", ")}}',
		description: 'Starts the workflow when a Magic Hour render starts, is finished or has failed',
		defaults: { name: 'Magic Hour Trigger' },
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

	// Magic Hour has no API to register a webhook: a person does that. What has to exist before the
	// first delivery is the memory of deliveries, and it outlives being switched off.
	webhookMethods = {
		default: {
			async checkExists(this: IHookFunctions): Promise<boolean> {
				return hasMemory(this.getWorkflowStaticData('node'));
			},
			async create(this: IHookFunctions): Promise<boolean> {
				openMemory(this.getWorkflowStaticData('node'));
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
