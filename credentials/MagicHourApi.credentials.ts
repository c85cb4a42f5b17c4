import type {
	IAuthenticateGeneric,
	ICredentialTestRequest,
	ICredentialType,
	INodeProperties,
} from 'n8n-workflow';

/** Bearer token of the Magic Hour API; made at https://magichour.ai/developer?tab=api-keys. */
export class MagicHourApi implements ICredentialType {
	name = 'magicHourApi';

	displayName = 'Magic Hour API';

	icon = {
		light: 'file:../nodes/magicHour/icons/magicHour.svg',
		dark: 'file:../nodes/magicHour/icons/magicHour.dark.svg',
	} as const;

	documentationUrl = 'https://docs.magichour.ai/get-started/authentication';

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			hint: 'Open the <a href="https://magichour.ai/developer?tab=api-keys" target="_blank">Magic Hour Developer Hub</a>, choose “Create new API Key” and paste the key here',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://api.magichour.ai',
			hint: 'Leave it as it is, unless Magic Hour tells you otherwise',
			description: 'The API key is sent to this address only',
		},
	];

	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: { headers: { Authorization: '=Bearer {{$credentials.apiKey.trim()}}' } },
	};

	test: ICredentialTestRequest = {
		request: {
			baseURL: '={{$credentials.baseUrl.trim().replace(/\\/+$/, "")}}',
			url: '/v1/account',
			// n8n would send the key along to wherever a redirect leads.
			disableFollowRedirect: true,
		},
		rules: [
			{
				type: 'responseCode',
				properties: {
					value: 401,
					message:
						'Magic Hour does not accept the API key. Paste the key alone, without “Bearer”, or make a new one in the Developer Hub.',
				},
			},
		],
	};
}
