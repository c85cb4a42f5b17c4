import { randomUUID } from 'node:crypto';
import { EventEmitter, on } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';

import express from 'express';
import type { Request, Response } from 'express';
import { HookContext, WebhookContext } from 'n8n-core';
import type {
	IDataObject,
	INode,
	INodeParameters,
	INodeType,
	INodeTypes,
	IWebhookData,
	IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';
import { Workflow } from 'n8n-workflow';

const BUILT_NODE = join(
	__dirname,
	'../../dist/nodes/MagicHourLipSyncTrigger/MagicHourLipSyncTrigger.node.js',
);

interface Setup {
	/** What the credential holds, the tests' secret unless told; `null`: the node has no credential. */
	credential?: IDataObject | null;
	/** Parameters of the trigger that differ from its defaults. */
	parameters?: INodeParameters;
	/** `manual`: a person listens for a test event. */
	mode?: 'webhook' | 'manual';
	/** Triggers of the workflow, by the id of their node; one, unless told. */
	triggers?: string[];
	/** The static data the workflow comes with, such as that of another one. */
	staticData?: string;
	/** Awaited before static data is written. */
	onSave?: () => Promise<void>;
	/** Awaited before an execution starts; throws where n8n is to fail to start it. */
	onStart?: (json: IDataObject) => Promise<void>;
}

/**
 * A workflow with the built Magic Hour Lip Sync Trigger behind a real HTTP server, handled as n8n 2.40 handles
 * webhooks (its LiveWebhooks, WebhookHelpers and body parser): the workflow and its static data are
 * read again for every request; the body is read raw, then parsed; static data is written once the
 * execution has been started, and only then the answer is sent.
 */
export class N8nWebhooks {
	/** The output items of every execution that was started. */
	readonly started: IDataObject[] = [];

	/** What the node logged. */
	readonly logged: string[] = [];

	/** Requests n8n has answered, whether anybody heard it or not. */
	answered = 0;

	url = '';

	private readonly events = new EventEmitter();

	/** What n8n has stored of the workflow's static data, as JSON. */
	storedStaticData: string;

	/** The name the editor shows for the trigger; its id stays when a person changes it. */
	triggerName = 'Magic Hour Lip Sync Trigger';

	private readonly workflowId = randomUUID();

	private nodeType!: INodeType;

	private readonly server;

	constructor(private readonly setup: Setup = {}) {
		const app = express();
		app.use(express.raw({ type: () => true, limit: '16mb' }));
		app.post('/webhook/:trigger', async (req, res) => {
			await this.handle(req, res, req.params.trigger);
			this.answered++;
		});
		this.storedStaticData = setup.staticData ?? '{}';
		this.server = createServer(app);
	}

	async start(): Promise<this> {
		await this.loadNode();
		await this.activate();
		await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
		this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/webhook/${this.triggers[0]}`;
		return this;
	}

	async stop(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}

	/** A new n8n process: what is left is what was stored. */
	async restart(): Promise<void> {
		jest.resetModules();
		await this.loadNode();
		await this.activate();
	}

	/** Where the deliveries of one of several triggers go. */
	urlOf(trigger: string): string {
		return this.url.replace(/[^/]*$/, trigger);
	}

	/** Resolves when n8n is about to start the execution of a project. */
	async reached(projectId: string): Promise<void> {
		for await (const [id] of on(this.events, 'reached')) if (id === projectId) return;
	}

	/** Characters the trigger keeps in the workflow's static data. */
	get storedCharacters(): number {
		return this.storedStaticData.length;
	}

	private get triggers(): string[] {
		return this.setup.triggers ?? ['trigger'];
	}

	private async loadNode(): Promise<void> {
		const { MagicHourLipSyncTrigger } = (await import(BUILT_NODE)) as {
			MagicHourLipSyncTrigger: new () => INodeType;
		};
		this.nodeType = new MagicHourLipSyncTrigger();
	}

	private async activate(): Promise<void> {
		const workflow = this.readWorkflow();
		const { checkExists, create } = this.nodeType.webhookMethods!.default!;
		for (const trigger of this.triggers) {
			const context = new HookContext(
				workflow,
				this.triggerOf(workflow, trigger),
				this.additionalData(),
				'trigger',
				'activate',
				this.webhookData(trigger),
			);
			if (!(await checkExists.call(context))) await create.call(context);
		}
		await this.saveStaticData(workflow);
	}

	private async handle(req: Request, res: Response, trigger: string): Promise<void> {
		const rawBody = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
		try {
			const body = rawBody.length > 0 ? (JSON.parse(rawBody.toString()) as IDataObject) : {};
			Object.assign(req, { rawBody, body });
		} catch {
			res.status(422).json({ message: 'Failed to parse request body' });
			return;
		}
		const workflow = this.readWorkflow();
		await nextTurn();
		const context = new WebhookContext(
			workflow,
			this.triggerOf(workflow, trigger),
			this.additionalData(req, res),
			this.setup.mode ?? 'webhook',
			this.webhookData(trigger),
			[],
			null,
		);
		context.logger.warn = (message) => void this.logged.push(message);

		try {
			const result = await this.nodeType.webhook!.call(context);
			if (result.noWebhookResponse) return;
			if (result.workflowData) await this.execute(workflow, result.workflowData[0]![0]!.json);
			const answer: unknown = result.webhookResponse ?? { message: 'Workflow was started' };
			await this.saveStaticData(workflow);
			res.json(answer);
		} catch (error) {
			res.status(500).json({ message: (error as Error).message });
		}
	}

	private async execute({ staticData }: Workflow, json: IDataObject): Promise<void> {
		await nextTurn();
		// As n8n 2.40 does: a second workflow of the same object, which takes it for unchanged.
		staticData.__dataChanged = false;
		this.events.emit('reached', json.id);
		await this.setup.onStart?.(json);
		this.started.push(json);
	}

	private readWorkflow(): Workflow {
		const nodes = this.triggers.map(
			(id): INode => ({
				id,
				name: this.nameOf(id),
				type: 'n8n-nodes-magic-hour.magicHourLipSyncTrigger',
				typeVersion: 1,
				position: [0, 0],
				parameters: this.setup.parameters ?? {},
				...(this.setup.credential !== null && {
					credentials: { magicHourWebhookApi: { id: '1', name: 'Magic Hour Webhook' } },
				}),
			}),
		);
		return new Workflow({
			id: this.workflowId,
			nodes,
			connections: {},
			active: true,
			nodeTypes: { getByNameAndVersion: () => this.nodeType } as unknown as INodeTypes,
			staticData: JSON.parse(this.storedStaticData) as IDataObject,
		});
	}

	private async saveStaticData(workflow: Workflow): Promise<void> {
		if (!workflow.staticData.__dataChanged || this.setup.mode === 'manual') return;
		await (this.setup.onSave?.() ?? nextTurn());
		this.storedStaticData = JSON.stringify(workflow.staticData);
	}

	private nameOf(trigger: string): string {
		return `${this.triggerName} ${this.triggers.indexOf(trigger) + 1}`;
	}

	private triggerOf(workflow: Workflow, trigger: string): INode {
		return workflow.getNode(this.nameOf(trigger))!;
	}

	private webhookData(trigger: string): IWebhookData {
		return {
			httpMethod: 'POST',
			node: this.nameOf(trigger),
			path: 'webhook',
			webhookDescription: this.nodeType.description.webhooks![0]!,
			workflowId: this.workflowId,
			workflowExecuteAdditionalData: this.additionalData(),
		};
	}

	private additionalData(httpRequest?: Request, httpResponse?: Response) {
		return {
			httpRequest,
			httpResponse,
			webhookWaitingBaseUrl: 'http://127.0.0.1/webhook-waiting',
			formWaitingBaseUrl: 'http://127.0.0.1/form-waiting',
			credentialsHelper: {
				isCredentialUsableByNode: () => true,
				getDecrypted: async () => this.setup.credential ?? { signingSecret: SECRET },
			},
		} as unknown as IWorkflowExecuteAdditionalData;
	}
}

/** The signing secret of the tests' credential. */
export const SECRET = 'a-signing-secret-of-the-tests';
