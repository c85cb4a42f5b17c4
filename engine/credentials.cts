import {
	ICredentialsHelper,
	UnexpectedError,
	type ICredentialDataDecryptedObject,
	type IHttpRequestOptions,
	type INodeCredentialsDetails,
	type IRequestOptionsSimplified,
	type Workflow,
	type INode,
} from 'n8n-workflow';

import type { Packages } from './nodes.cts';

/** Credentials by type, as a person would have filled them in. */
export type CredentialValues = Record<string, ICredentialDataDecryptedObject>;

/** Hands nodes the given credentials, and signs their requests the way the credential type says. */
export class FixedCredentials extends ICredentialsHelper {
	constructor(
		private readonly packages: Packages,
		private readonly values: CredentialValues,
	) {
		super();
	}

	getParentTypes(): string[] {
		return [];
	}

	isCredentialUsableByNode(): boolean {
		return true;
	}

	async getDecrypted(_: unknown, __: INodeCredentialsDetails, type: string) {
		const value = this.values[type];
		if (value === undefined) throw new UnexpectedError(`No credential of type ${type} was given`);
		return { ...value };
	}

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		typeName: string,
		options: IHttpRequestOptions | IRequestOptionsSimplified,
		workflow?: Workflow,
		node?: INode,
	): Promise<IHttpRequestOptions> {
		const { authenticate } = this.packages.getCredentialType(typeName);
		const request = options as IHttpRequestOptions;
		if (authenticate === undefined || typeof authenticate === 'function') return request;
		const headers: Record<string, unknown> = { ...request.headers };
		for (const [name, value] of Object.entries(authenticate.properties.headers ?? {})) {
			headers[name] = workflow!.expression.getParameterValue(
				String(value),
				null,
				0,
				0,
				node!.name,
				[],
				'internal',
				{ $credentials: credentials as never },
			);
		}
		return { ...request, headers: headers as IHttpRequestOptions['headers'] };
	}

	async preAuthentication() {
		return undefined;
	}

	async runPreAuthentication() {
		return undefined;
	}

	getCredentials(): never {
		throw new UnexpectedError('Stored credentials are not needed here');
	}

	async updateCredentials() {}

	async updateCredentialsOauthTokenData() {}

	getCredentialsProperties(type: string) {
		return this.packages.getCredentialType(type).properties;
	}
}
