import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import type { StoredCredential, WorkflowFile } from './rest.cts';

const folder = join(__dirname, '..', 'workflows');

/** The names of the example workflows, without `.json`. */
export const exampleNames = (): string[] =>
	readdirSync(folder)
		.filter((file) => file.endsWith('.json'))
		.map((file) => file.replace(/\.json$/, ''));

/** What a person does after the import: choose credentials, and change what the note says. */
export interface SetUp {
	/** By their type. */
	credentials: Record<string, StoredCredential>;
	/** The folder that stands for `/files` in the examples. */
	files: string;
	/** The server that stands for `https://example.com` in the examples; without one, they keep that. */
	web?: string;
	/** Parameters to change, by the node's name; an object is merged into what is there. */
	change?: Record<string, IDataObject>;
}

const credentialOf: Record<string, string> = {
	'n8n-nodes-magic-hour.magicHourLipSync': 'magicHourApi',
	'n8n-nodes-magic-hour.magicHourLipSyncTool': 'magicHourApi',
	'n8n-nodes-magic-hour.magicHourLipSyncTrigger': 'magicHourWebhookApi',
	'@n8n/n8n-nodes-langchain.lmChatOpenAi': 'openAiApi',
	'n8n-nodes-base.googleDrive': 'googleDriveOAuth2Api',
	'n8n-nodes-base.googleDriveTrigger': 'googleDriveOAuth2Api',
};

/** Where the files of the examples are, which are not real. */
const EXAMPLE_SITE = 'https://example.com';

/** An example workflow as it is in the repository. */
export const exampleAsDelivered = (name: string) =>
	JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as WorkflowFile;

/** An example workflow, set up. */
export function exampleWorkflow(
	name: string,
	{ credentials, files, web = EXAMPLE_SITE, change }: SetUp,
): WorkflowFile {
	const text = JSON.stringify(exampleAsDelivered(name))
		.replaceAll('/files/', `${files}/`)
		.replaceAll(EXAMPLE_SITE, web);
	const workflow = JSON.parse(text) as WorkflowFile;
	for (const node of workflow.nodes) {
		// An HTTP Request names the type of its credential in its parameters.
		const type =
			credentialOf[node.type] ?? (node.parameters.nodeCredentialType as string | undefined);
		const credential = type === undefined ? undefined : credentials[type];
		if (type !== undefined && credential !== undefined) node.credentials = { [type]: credential };
	}
	for (const [node, parameters] of Object.entries(change ?? {})) merge(workflow, node, parameters);
	return workflow;
}

function merge(workflow: WorkflowFile, name: string, parameters: IDataObject): void {
	const node = workflow.nodes.find((candidate) => candidate.name === name);
	if (node === undefined) throw new Error(`${workflow.name} has no node "${name}"`);
	for (const [key, value] of Object.entries(parameters)) {
		const before = node.parameters[key];
		const merged =
			typeof before === 'object' && typeof value === 'object' ? { ...before, ...value } : value;
		Object.assign(node.parameters, { [key]: merged });
	}
}
