import axios from 'axios';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../sandbox/index.cts';
import type {
	Execution,
	StoredCredential,
	StoredWorkflow,
	WorkflowFile,
} from '../e2e/n8n/rest.cts';
import { until } from '../e2e/poll.cts';
import { createSandboxCredential } from '../e2e/testBed.cts';
import type { Cluster } from './cluster.cts';

/** A suite's sandbox, and how its workflows are started: over the webhook processor. */
export interface QueueBed {
	sandbox: Sandbox;
	/** To be spread into a node: `{ credentials }`. */
	credentials: { magicHourApi: StoredCredential };
	/** Stores a workflow and takes it live. */
	publish(workflow: WorkflowFile): Promise<StoredWorkflow>;
	/** Calls the webhook a workflow starts with. Returns the id of the execution. */
	call(workflow: StoredWorkflow, body: unknown): Promise<string>;
	/** The same, and waits for its end. */
	run(workflow: StoredWorkflow, body: unknown): Promise<Execution>;
}

/** Gives a suite a sandbox of its own. */
export function useQueueBed(cluster: Cluster, options: SandboxOptions = {}): QueueBed {
	const bed = {} as QueueBed;
	beforeAll(async () => {
		const { api } = cluster;
		const sandbox = await startSandbox({ queueSeconds: 0.1, renderSeconds: 0.3, ...options });
		const magicHourApi = await createSandboxCredential(api, sandbox);
		const call = async (workflow: StoredWorkflow, body: unknown) => {
			const before = (await api.executions(workflow.id)).map(({ id }) => id);
			await request(cluster, workflow, body);
			return await until('the execution to be listed', async () => {
				const executions = await api.executions(workflow.id);
				return executions.find(({ id }) => !before.includes(id))?.id;
			});
		};
		Object.assign(bed, {
			sandbox,
			credentials: { magicHourApi },
			publish: async (file: WorkflowFile) => {
				const stored = await api.importWorkflow(file);
				await api.publish(stored);
				return stored;
			},
			call,
			run: async (workflow: StoredWorkflow, body: unknown) =>
				await api.finished(await call(workflow, body), 120),
		} satisfies QueueBed);
	});
	afterAll(async () => await bed.sandbox?.close());
	return bed;
}

/** Calls the webhook a workflow starts with; n8n answers as soon as the execution is queued. */
export async function request(
	cluster: Cluster,
	{ nodes }: StoredWorkflow,
	body: unknown,
): Promise<void> {
	const { webhookId } = nodes.find(({ type }) => type === 'n8n-nodes-base.webhook')!;
	await axios.post(`${cluster.webhooks.url}/webhook/${webhookId}`, body);
}
