import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

import { GlobalConfig, SecurityConfig } from '@n8n/config';
import { Container } from '@n8n/di';
import {
	BinaryDataConfig,
	BinaryDataService,
	ExecutionLifecycleHooks,
	WorkflowExecute,
} from 'n8n-core';
import {
	Workflow,
	type INodeType,
	type IRun,
	type IRunExecutionData,
	type IWorkflowBase,
	type IWorkflowExecuteAdditionalData,
	type WorkflowExecuteMode,
} from 'n8n-workflow';

import { FixedCredentials, type CredentialValues } from './credentials.cts';
import { Packages } from './nodes.cts';
import { useOwnUserFolder } from './userFolder.cts';

/** A workflow as the editor exports it. */
export type WorkflowJson = Pick<IWorkflowBase, 'nodes' | 'connections'> & Partial<IWorkflowBase>;

export interface RunOptions {
	credentials?: CredentialValues;
	/** Default `manual`; `retry` is what n8n uses when a person retries a failed execution. */
	mode?: WorkflowExecuteMode;
	/** Default: a number of its own for each run. */
	executionId?: string;
	/** Data of an execution that was stored before: it continues where that one stopped. */
	resume?: IRunExecutionData;
	/** Messages that nodes send to the editor. */
	onMessage?: (type: string, data: unknown) => void;
	/** Called when a node begins, and again when it has ended; not for a node that was stopped. */
	onNode?: (name: string, state: 'begun' | 'done' | 'failed') => void;
}

/** A run under way. */
export interface Execution {
	result: Promise<IRun>;
	/** What pressing Stop in the editor does. */
	cancel: () => void;
}

/** n8n's own engine (n8n-core), in this process, with n8n's own nodes and the built pack. */
export class Engine {
	private executions = 0;

	private constructor(
		private readonly packages: Packages,
		private readonly folder: string,
	) {}

	/** @param binaryMode where binary data lives: on disk (n8n's default), or in the items themselves */
	static async start(binaryMode: 'filesystem' | 'default' = 'filesystem'): Promise<Engine> {
		const folder = await mkdtemp(join(tmpdir(), 'n8n-engine-'));
		useOwnUserFolder();
		// What goes wrong is in the result of a run; n8n's log would only say it once more.
		Container.get(GlobalConfig).logging.level = 'silent';
		const config = Container.get(BinaryDataConfig);
		config.mode = binaryMode;
		config.localStoragePath = folder;
		await Container.get(BinaryDataService).init();
		// Files are read where their owner says, who started this process.
		Container.get(SecurityConfig).restrictFileAccessTo = '';
		return new Engine(await Packages.load(), folder);
	}

	/** Starts a workflow at its trigger, or continues a stored execution. */
	execute(json: WorkflowJson, options: RunOptions = {}): Execution {
		const { mode = 'manual', executionId = String(++this.executions) } = options;
		const workflow = new Workflow({
			id: json.id ?? 'workflow',
			name: json.name,
			nodes: structuredClone(json.nodes),
			connections: structuredClone(json.connections),
			active: false,
			nodeTypes: this.packages,
			settings: { executionOrder: 'v1', ...json.settings },
		});
		// As n8n does for “Retry with currently saved workflow”.
		for (const waiting of options.resume?.executionData?.nodeExecutionStack ?? []) {
			waiting.node = workflow.getNode(waiting.node.name) ?? waiting.node;
		}
		const additionalData = this.additionalData(mode, executionId, json, options);
		const engine = new WorkflowExecute(additionalData, mode, options.resume);
		const run = options.resume
			? engine.processRunExecutionData(workflow)
			: engine.run({ workflow, startNode: workflow.getStartNode(), pinData: json.pinData });
		return { result: Promise.resolve(run), cancel: () => run.cancel() };
	}

	/** Runs a workflow to its end. */
	async run(json: WorkflowJson, options?: RunOptions): Promise<IRun> {
		return await this.execute(json, options).result;
	}

	/** A node as n8n knows it, by its full name. */
	nodeType(name: string): INodeType {
		return this.packages.getByName(name);
	}

	/** The content of a stored binary. */
	async content(id: string): Promise<Buffer> {
		return await Container.get(BinaryDataService).getAsBuffer({ id, data: '', mimeType: '' });
	}

	/** A stored binary, piece by piece: for files that do not fit into memory. */
	async stream(id: string): Promise<Readable> {
		return await Container.get(BinaryDataService).getAsStream(id);
	}

	/** Deletes what was stored. */
	async stop(): Promise<void> {
		await rm(this.folder, { recursive: true, force: true });
	}

	private additionalData(
		mode: WorkflowExecuteMode,
		executionId: string,
		json: WorkflowJson,
		{ credentials = {}, onMessage, onNode }: RunOptions,
	): IWorkflowExecuteAdditionalData {
		const hooks = new ExecutionLifecycleHooks(mode, executionId, json as IWorkflowBase);
		hooks.addHandler('nodeExecuteBefore', (name) => onNode?.(name, 'begun'));
		hooks.addHandler('nodeExecuteAfter', (name, { error }) =>
			onNode?.(name, error === undefined ? 'done' : 'failed'),
		);
		const address = 'http://localhost:5678';
		return {
			executionId,
			workflowId: json.id ?? 'workflow',
			credentialsHelper: new FixedCredentials(this.packages, credentials),
			hooks,
			currentNodeExecutionIndex: 0,
			variables: {},
			instanceBaseUrl: `${address}/`,
			restApiUrl: `${address}/rest`,
			formBaseUrl: `${address}/form`,
			formWaitingBaseUrl: `${address}/form-waiting`,
			formTestBaseUrl: `${address}/form-test`,
			webhookBaseUrl: `${address}/webhook`,
			webhookWaitingBaseUrl: `${address}/webhook-waiting`,
			webhookTestBaseUrl: `${address}/webhook-test`,
			mcpBaseUrl: `${address}/mcp`,
			mcpTestBaseUrl: `${address}/mcp-test`,
			sendDataToUI: (type: string, data: unknown) => onMessage?.(type, data),
			logAiEvent: () => {},
			setExecutionStatus: () => {},
		} as unknown as IWorkflowExecuteAdditionalData;
	}
}
