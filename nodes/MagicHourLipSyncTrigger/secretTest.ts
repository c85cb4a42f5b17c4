import type { ICredentialsDecrypted, INodeCredentialTestResult } from 'n8n-workflow';

/**
 * What can be told about a signing secret without a delivery: no endpoint of the vendor takes it.
 */
export function testSigningSecret({ data }: ICredentialsDecrypted): INodeCredentialTestResult {
	const secret = String(data?.signingSecret ?? '');

	if (secret.trim() === '') {
		return { status: 'Error', message: 'The signing secret is empty' };
	}
	if (secret !== secret.trim()) {
		return {
			status: 'Error',
			message: 'The signing secret starts or ends with a space or a line break: remove it',
		};
	}
	return {
		status: 'OK',
		message: 'Saved. The secret itself proves right or wrong with the first delivery.',
	};
}
