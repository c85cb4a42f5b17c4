import axios from 'axios';
import type { IDataObject, INode } from 'n8n-workflow';
import { until } from '../../n8n/poll.cts';
import type { N8nApi, StoredCredential, StoredWorkflow } from '../../n8n/rest.cts';
import { node } from './workflow.cts';

/** Starts a workflow for each request to `/webhook/<path>`, and answers at once. */
export const webhook = (path: string): INode => ({
	...node(
		'Webhook',
		'n8n-nodes-base.webhook',
		{ httpMethod: 'POST', path, responseMode: 'onReceived' },
		{ typeVersion: 2 },
	),
	webhookId: path,
});

let paths = 0;
/** A path that no published workflow has: a test that is tried again publishes another one. */
export const newPath = (name: string) => `${name}-${process.pid}-${++paths}`;

/** One item for each of the `rows` in the body of the request. */
export const rows = () => node('Rows', 'n8n-nodes-base.splitOut', { fieldToSplitOut: 'body.rows' });

/** Waits for the jobs whose ids its items have. */
export const waitById = (
	credentials: { magicHourApi: StoredCredential },
	parameters: IDataObject = {},
) =>
	node(
		'Wait',
		'n8n-nodes-magic-hour.magicHourLipSync',
		{
			resource: 'project',
			operation: 'wait',
			projectId: { __rl: true, mode: 'id', value: '={{ $json.id }}' },
			options: { pollInterval: 0.1 },
			...parameters,
		},
		{ credentials },
	);

/** Sends a request that starts a workflow. Returns the id of the execution. */
export async function call(
	api: N8nApi,
	workflow: StoredWorkflow,
	path: string,
	body: unknown,
): Promise<string> {
	return await newExecution(api, workflow, async () => {
		await axios.post(`${api.url}/${path}`, body);
	});
}

/** Does what starts an execution. Returns the id of that execution as soon as it is listed. */
export async function newExecution(
	api: N8nApi,
	{ id }: StoredWorkflow,
	start: () => Promise<void>,
): Promise<string> {
	const before = (await api.executions(id)).map((execution) => execution.id);
	await start();
	return await until('the execution to be listed', async () => {
		const executions = await api.executions(id);
		return executions.find((execution) => !before.includes(execution.id))?.id;
	});
}
