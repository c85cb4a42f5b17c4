import axios from 'axios';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../sandbox/index.cts';
import type { Execution, StoredCredential, StoredWorkflow, WorkflowFile } from '../../n8n/rest.cts';
import { until } from '../../n8n/poll.cts';
import { createSandboxCredential } from '../../n8n/sandboxCredential.cts';
import type { Cluster } from './cluster.cts';
import { triggerUrl } from './workflows.cts';

/** What the sandbox signs its events with. */
export const signingSecret = 'whsec_sandbox';

/** A suite's sandbox, and its workflows, which are started over the webhook processor. */
export class QueueBed {
	sandbox!: Sandbox;
	/** To be spread into a node: `{ credentials }`. */
	credentials!: { magicHourApi: StoredCredential };
	magicHourWebhookApi!: StoredCredential;

	constructor(private readonly cluster: Cluster) {}

	/** @param triggerId of the trigger that the events of the jobs are sent to */
	async open(options: SandboxOptions, triggerId?: string): Promise<void> {
		const { api, webhooks } = this.cluster;
		const webhook = triggerId && {
			url: triggerUrl(webhooks.url, triggerId),
			secret: signingSecret,
		};
		const times = { queueSeconds: 0.1, renderSeconds: 0.3 };
		this.sandbox = await startSandbox({ ...times, ...options, ...(webhook && { webhook }) });
		this.credentials = { magicHourApi: await createSandboxCredential(api, this.sandbox) };
		this.magicHourWebhookApi = await api.createCredential('magicHourWebhookApi', 'Webhook', {
			signingSecret,
		});
	}

	/** Stores a workflow and takes it live. */
	async publish(workflow: WorkflowFile): Promise<StoredWorkflow> {
		const stored = await this.cluster.api.importWorkflow(workflow);
		await this.cluster.api.publish(stored);
		return stored;
	}

	/** Calls the webhook that a workflow starts with; it answers when the execution is in the queue. */
	async request({ nodes }: StoredWorkflow, body: unknown): Promise<void> {
		const { webhookId } = nodes.find(({ type }) => type === 'n8n-nodes-base.webhook')!;
		await axios.post(`${this.cluster.webhooks.url}/webhook/${webhookId}`, body);
	}

	/** The same. Returns the id of the execution. */
	async call(workflow: StoredWorkflow, body: unknown): Promise<string> {
		const before = (await this.executions(workflow)).map(({ id }) => id);
		await this.request(workflow, body);
		return await until('the execution to be listed', async () => {
			const executions = await this.executions(workflow);
			return executions.find(({ id }) => !before.includes(id))?.id;
		});
	}

	/** The same, and waits for its end. */
	async run(workflow: StoredWorkflow, body: unknown): Promise<Execution> {
		return await this.cluster.api.finished(await this.call(workflow, body), 120);
	}

	private async executions({ id }: StoredWorkflow) {
		return await this.cluster.api.executions(id);
	}
}

/**
 * Gives a suite a sandbox of its own.
 * @param triggerId of the trigger that the events of its jobs are sent to; without one, they are sent nowhere
 */
export function useQueueBed(
	cluster: Cluster,
	options: SandboxOptions = {},
	triggerId?: string,
): QueueBed {
	const bed = new QueueBed(cluster);
	beforeAll(async () => await bed.open(options, triggerId));
	afterAll(async () => await bed.sandbox?.close());
	return bed;
}
