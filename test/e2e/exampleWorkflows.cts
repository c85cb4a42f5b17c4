import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StoredCredential, WorkflowFile } from './n8n/rest.cts';

const folder = join(__dirname, '..', '..', 'workflows');

/** The names of the example workflows, without `.json`. */
export const exampleNames = (): string[] =>
	readdirSync(folder)
		.filter((file) => file.endsWith('.json'))
		.map((file) => file.replace(/\.json$/, ''));

/** What a person does after the import: choose credentials, and say where the files are. */
export interface SetUp {
	credentials: Record<string, StoredCredential>;
	/** The folder that stands for `/files` in the examples. */
	files: string;
}

const credentialOf: Record<string, string> = {
	'n8n-nodes-magic-hour.magicHourLipSync': 'magicHourApi',
	'n8n-nodes-magic-hour.magicHourLipSyncTool': 'magicHourApi',
	'n8n-nodes-magic-hour.magicHourTrigger': 'magicHourWebhookApi',
};

/** An example workflow, set up. */
export function exampleWorkflow(name: string, { credentials, files }: SetUp): WorkflowFile {
	const text = readFileSync(join(folder, `${name}.json`), 'utf8');
	const workflow = JSON.parse(text.replaceAll('/files/', `${files}/`)) as WorkflowFile;
	for (const node of workflow.nodes) {
		const type = credentialOf[node.type];
		const credential = type === undefined ? undefined : credentials[type];
		if (type !== undefined && credential !== undefined) node.credentials = { [type]: credential };
	}
	return workflow;
}
