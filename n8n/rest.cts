import { Agent } from 'node:http';
import axios, { type AxiosInstance, type AxiosRequestConfig } from 'axios';
import { parse } from 'flatted';
import type {
	IConnections,
	INode,
	IPinData,
	IRunExecutionData,
	IWorkflowSettings,
} from 'n8n-workflow';
import { until } from './poll.cts';

/** A workflow as people export and import it. */
export interface WorkflowFile {
	name: string;
	nodes: INode[];
	connections: IConnections;
	settings?: IWorkflowSettings;
	pinData?: IPinData;
}

/** A workflow n8n has stored. */
export interface StoredWorkflow extends WorkflowFile {
	id: string;
	active: boolean;
	versionId: string;
}

/** A stored credential, as a node refers to it. */
export interface StoredCredential {
	id: string;
	name: string;
	type: string;
}

/** One run of a workflow, its data unpacked. */
export interface Execution {
	id: string;
	status: string;
	mode: string;
	workflowId: string;
	retryOf?: string;
	data: IRunExecutionData;
	customData?: Record<string, string>;
}

/** A row of the executions list. */
export type ExecutionSummary = Omit<Execution, 'data'>;

/** The account of every n8n that is started here; it holds nothing but sandboxes. */
export const owner = {
	email: 'owner@example.com',
	firstName: 'Olivia',
	lastName: 'Owner',
	password: 'Sandbox-Only-1',
};

const endings = ['success', 'error', 'crashed', 'canceled'];

/** n8n's own REST API: what the editor calls, called with the editor's session cookie. */
export class N8nApi {
	private readonly http: AxiosInstance;
	private cookie = '';

	/** n8n ties a session to the browser it was opened in. */
	readonly browserId = 'e2e';

	constructor(readonly url: string) {
		this.http = axios.create({
			baseURL: `${url}/rest`,
			headers: { 'browser-id': this.browserId },
			timeout: 60_000,
			// A busy test may take longer than n8n keeps a connection, and would write into a closed one.
			httpAgent: new Agent({ keepAlive: false }),
			validateStatus: () => true,
		});
	}

	/** The name and value of the session cookie, for a browser. */
	get sessionCookie(): { name: string; value: string } {
		const [name, value] = this.cookie.split('=');
		return { name: name!, value: value! };
	}

	/** The first visit: makes the owner's account, which also logs in. */
	async setUpOwner(): Promise<void> {
		await this.post('/owner/setup', owner);
	}

	/** Logs the owner in. */
	async login(): Promise<void> {
		const { email, password } = owner;
		await this.post('/login', { emailOrLdapLoginId: email, password });
	}

	/** Makes a credential of the given type. */
	async createCredential(
		type: string,
		name: string,
		data: Record<string, unknown>,
	): Promise<StoredCredential> {
		const { id } = await this.post<{ id: string }>('/credentials', { type, name, data });
		return { id, name, type };
	}

	/** The test of the credential dialog, which shows its answer as a green or a red line. */
	async testCredential(
		credential: StoredCredential,
		data: Record<string, unknown>,
	): Promise<{ status: 'OK' | 'Error'; message: string }> {
		return await this.post('/credentials/test', { credentials: { ...credential, data } });
	}

	/** Stores a workflow, as an import in the editor does after it is saved. */
	async importWorkflow(workflow: WorkflowFile): Promise<StoredWorkflow> {
		const { name, nodes, connections, settings = {}, pinData = {} } = workflow;
		const content = { name, nodes, connections, settings, pinData };
		return await this.post('/workflows', { ...content, active: false });
	}

	/** "Save" in the editor, with the nodes as they are now. */
	async save(workflow: StoredWorkflow): Promise<StoredWorkflow> {
		const { id, nodes, connections, versionId } = workflow;
		return await this.request({
			method: 'PATCH',
			url: `/workflows/${id}`,
			data: { nodes, connections, versionId },
		});
	}

	/** Every workflow there is. */
	async workflows(): Promise<Array<{ id: string; name: string; active: boolean }>> {
		return await this.get('/workflows');
	}

	/** A workflow that is stored already. */
	async workflow(id: string): Promise<StoredWorkflow> {
		return await this.get(`/workflows/${id}`);
	}

	/** Takes a workflow live ("Publish" in n8n 2.x, the "Active" switch in 1.x) and waits until it is. */
	async publish(workflow: StoredWorkflow): Promise<void> {
		const { id, versionId } = workflow;
		const published = await this.send({
			method: 'POST',
			url: `/workflows/${id}/activate`,
			data: { versionId },
		});
		if (published.status === 404) {
			await this.request({ method: 'PATCH', url: `/workflows/${id}`, data: { active: true } });
			return;
		}
		resultOf(published);
		await until(`"${workflow.name}" to be published`, async () => {
			const answer = await this.send({ method: 'GET', url: `/workflows/${id}/publication-status` });
			// Without this route, publishing was done when it was answered.
			if (answer.status === 404) return true;
			const { status } = resultOf<{ status: string }>(answer);
			if (status !== 'published') throw new Error(`its publication is "${status}"`);
			return true;
		});
	}

	/** Starts a run by hand from the given trigger. Returns the execution's id. */
	async start(workflow: StoredWorkflow, trigger: string): Promise<string> {
		const answer = await this.post<{ executionId?: string }>(`/workflows/${workflow.id}/run`, {
			// n8n 1.x takes the workflow from the request, 2.x from its database.
			workflowData: workflow,
			startNodes: [],
			triggerToStartFrom: { name: trigger },
		});
		if (!answer.executionId) throw new Error(`"${trigger}" did not start "${workflow.name}"`);
		return answer.executionId;
	}

	/** Runs a workflow by hand and waits for the run's end. */
	async run(workflow: StoredWorkflow, trigger: string, seconds = 60): Promise<Execution> {
		return await this.finished(await this.start(workflow, trigger), seconds);
	}

	/** Waits until a run is over. */
	async finished(executionId: string, seconds = 60): Promise<Execution> {
		return await until(
			`execution ${executionId} to end`,
			async () => {
				const execution = await this.execution(executionId);
				const { resultData, waitTill } = execution.data;
				// n8n 1.x stores the status of a success before the data of its nodes, also of those behind a wait.
				const isIncomplete = Object.keys(resultData.runData).length === 0 || waitTill !== undefined;
				if (execution.status === 'success' && isIncomplete) return undefined;
				return endings.includes(execution.status) ? execution : undefined;
			},
			seconds,
		);
	}

	/** One run with its data. Throws while n8n 1.x, which stores the status first, has not stored any. */
	async execution(id: string): Promise<Execution> {
		const { data, ...execution } = await this.get<ExecutionSummary & { data: string }>(
			`/executions/${id}`,
		);
		const unpacked = parse(data) as IRunExecutionData | undefined;
		if (unpacked === undefined) throw new Error(`Execution ${id} has no data yet`);
		return { ...execution, data: unpacked };
	}

	/** The executions list of a workflow, newest first, at most a hundred. */
	async executions(workflowId: string): Promise<ExecutionSummary[]> {
		const filter = JSON.stringify({ workflowId });
		const { results } = await this.get<{ results: ExecutionSummary[] }>('/executions', {
			filter,
			limit: '100',
		});
		// n8n asks for those that run and for those that have ended: one that ends in between is in both lists.
		return [...new Map(results.map((execution) => [execution.id, execution])).values()];
	}

	/** A stored binary file, as the editor loads it to show or download it. */
	async binaryData(id: string): Promise<Buffer> {
		const { status, data } = await this.http.get<ArrayBuffer>('/binary-data', {
			params: { id, action: 'download' },
			responseType: 'arraybuffer',
			...this.session(),
		});
		if (status !== 200) throw new Error(`n8n answered with ${status} for the file ${id}`);
		return Buffer.from(data);
	}

	/** "Stop execution". */
	async stop(executionId: string): Promise<void> {
		await this.post(`/executions/${executionId}/stop`);
	}

	/**
	 * "Retry with original workflow" in the executions list, or with the one that is saved now. Waits for the
	 * end of the new run.
	 */
	async retry(
		executionId: string,
		{ seconds = 60, loadWorkflow = false }: { seconds?: number; loadWorkflow?: boolean } = {},
	): Promise<Execution> {
		const { id } = await this.post<{ id: string }>(`/executions/${executionId}/retry`, {
			loadWorkflow,
		});
		return await this.finished(id, seconds);
	}

	/** "Delete" in the executions list. */
	async deleteExecution({ id }: { id: string }): Promise<void> {
		await this.post('/executions/delete', { ids: [id] });
	}

	/** The id of the owner's personal project, where data tables live. */
	async personalProject(): Promise<string> {
		return (await this.get<{ id: string }>('/projects/personal')).id;
	}

	/** Makes one of n8n's data tables. Returns its id. */
	async createDataTable(
		name: string,
		columns: Array<{ name: string; type: 'string' | 'number' | 'boolean' | 'date' }>,
	): Promise<string> {
		const project = await this.personalProject();
		const table = await this.post<{ id: string }>(`/projects/${project}/data-tables`, {
			name,
			columns,
		});
		return table.id;
	}

	/** The rows of a data table. */
	async dataTableRows(id: string): Promise<Array<Record<string, unknown>>> {
		const project = await this.personalProject();
		const { data } = await this.get<{ data: Array<Record<string, unknown>> }>(
			`/projects/${project}/data-tables/${id}/rows`,
		);
		return data;
	}

	/** The description of each node type n8n has loaded. */
	async nodeTypes(): Promise<Array<{ name: string; version: number | number[] }>> {
		const { data } = await axios.get(`${this.url}/types/nodes.json`, this.session());
		return data;
	}

	private async get<T>(url: string, params?: Record<string, string>): Promise<T> {
		return await this.request<T>({ method: 'GET', url, params });
	}

	private async post<T>(url: string, data: unknown = {}): Promise<T> {
		return await this.request<T>({ method: 'POST', url, data });
	}

	private async request<T>(config: AxiosRequestConfig): Promise<T> {
		return resultOf<T>(await this.send(config));
	}

	private async send(config: AxiosRequestConfig) {
		const answer = await this.http.request({ ...config, ...this.session() });
		for (const cookie of answer.headers['set-cookie'] ?? []) {
			if (cookie.startsWith('n8n-auth=')) this.cookie = cookie.split(';')[0]!;
		}
		return answer;
	}

	private session() {
		return { headers: { cookie: this.cookie } };
	}
}

function resultOf<T>(answer: {
	status: number;
	data: { data?: T; message?: string };
	config: AxiosRequestConfig;
}): T {
	if (answer.status >= 200 && answer.status < 300) return answer.data.data as T;
	const { method, url } = answer.config;
	throw new Error(
		`n8n answered ${method?.toUpperCase()} ${url} with ${answer.status}: ${answer.data.message ?? JSON.stringify(answer.data)}`,
	);
}
