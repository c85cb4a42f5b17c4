import { resolve } from 'node:path';
import { LazyPackageDirectoryLoader, PackageDirectoryLoader, type DirectoryLoader } from 'n8n-core';
import {
	NodeHelpers,
	UnexpectedError,
	type ICredentialType,
	type INodeType,
	type INodeTypes,
} from 'n8n-workflow';

const ROOT = resolve(__dirname, '..');

/** The nodes and credential types of packages, by their full names, as n8n loads them itself. */
export class Packages implements INodeTypes {
	private constructor(private readonly loaders: DirectoryLoader[]) {}

	/** Loads n8n's own nodes and the built pack (`dist/`). */
	static async load(): Promise<Packages> {
		const base = resolve(require.resolve('n8n-nodes-base/package.json'), '..');
		const loaders = [new LazyPackageDirectoryLoader(base), new PackageDirectoryLoader(ROOT)];
		for (const loader of loaders) await loader.loadAll();
		return new Packages(loaders);
	}

	getByName(name: string): INodeType {
		return this.getByNameAndVersion(name);
	}

	getByNameAndVersion(name: string, version?: number): INodeType {
		const [packageName = '', nodeName = ''] = name.split('.');
		const loader = this.loaders.find((candidate) => candidatePackage(candidate) === packageName);
		if (loader === undefined) throw new UnexpectedError(`No package has the node ${name}`);
		return NodeHelpers.getVersionedNodeType(loader.getNode(nodeName).type, version);
	}

	getKnownTypes() {
		return {};
	}

	/** @throws when no package has it */
	getCredentialType(name: string): ICredentialType {
		const loader = this.loaders.find(({ known }) => name in known.credentials);
		if (loader === undefined) throw new UnexpectedError(`No package has the credential ${name}`);
		return loader.getCredential(name).type;
	}
}

const candidatePackage = (loader: DirectoryLoader) => loader.packageName;
