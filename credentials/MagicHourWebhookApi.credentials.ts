import type { ICredentialType, Icon, INodeProperties } from 'n8n-workflow';

/**
 * The secret Magic Hour signs its webhook deliveries with. No endpoint takes it, so the trigger node
 * checks it for what can be seen locally (`testedBy`).
 */
export class MagicHourWebhookApi implements ICredentialType {
	name = 'magicHourWebhookApi';

	displayName = 'Magic Hour Webhook API';

	documentationUrl = 'https://docs.magichour.ai/webhook-reference';

	icon: Icon = {
		light: 'file:../nodes/magicHour/icons/magicHour.svg',
		dark: 'file:../nodes/magicHour/icons/magicHour.dark.svg',
	};

	properties: INodeProperties[] = [
		{
			displayName: 'Signing Secret',
			name: 'signingSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			hint: 'The secret of the webhook in the <a href="https://magichour.ai/developer?tab=webhooks" target="_blank">Magic Hour Developer Hub</a>. It is not the API key.',
		},
	];
}
