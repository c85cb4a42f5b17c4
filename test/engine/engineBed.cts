import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { Container } from '@n8n/di';
import type { INode, INodeExecutionData, IRun, ITaskData, Logger } from 'n8n-workflow';

import type * as Marks from '../../nodes/magicHour/jobs/marks.ts';
import type * as Policy from '../../nodes/magicHour/api/requestPolicy.ts';
import { Engine, type RunOptions, type WorkflowJson } from '../../engine/engine.cts';
import {
	startSandbox,
	type Fault,
	type FaultAction,
	type Sandbox,
	type SandboxOptions,
} from '../../sandbox/index.cts';
import { url } from '../support/sources.cts';

export const NODE = 'Lip Sync';

const sample = (name: string) => readFileSync(join(__dirname, '../../samples', name));
export const VIDEO = sample('talking-head.mp4');
export const AUDIO = sample('voice-over.mp3');

/** Faults after which a request is never answered, or not to the end. */
const SILENT: FaultAction[] = ['hang', 'stall'];

const PATIENCE_SECONDS = { answered: 30, neverAnswered: 0.3 };

/** An n8n engine and a sandbox for one test file. */
export class EngineBed {
	private constructor(
		readonly engine: Engine,
		readonly sandbox: Sandbox,
		private readonly policy: typeof Policy,
	) {}

	static async start(options: SandboxOptions = {}, binaryMode?: 'filesystem' | 'default') {
		// The built file, which is the one the engine uses: pauses are shortened, the rules stay as they are.
		const policy = (await import(
			join(__dirname, '../../dist/nodes/magicHour/api/requestPolicy.js')
		)) as typeof Policy;
		policy.PAUSES.first = 0.02;
		policy.PAUSES.longest = 0.1;
		policy.LIMIT_PAUSES.first = 0.02;
		policy.LIMIT_PAUSES.longest = 0.1;
		const { SECOND_LOOK, SECONDS_BEFORE_NEXT_TRY } = (await import(
			join(__dirname, '../../dist/nodes/magicHour/jobs/marks.js')
		)) as typeof Marks;
		SECOND_LOOK.seconds = 0.02;
		SECONDS_BEFORE_NEXT_TRY.fill(0.02);
		const sandbox = await startSandbox({ queueSeconds: 0.05, renderSeconds: 0.3, ...options });
		const bed = new EngineBed(await Engine.start(binaryMode), sandbox, policy);
		bed.giveUpOnlyWhatIsNeverAnswered();
		return bed;
	}

	/** Seconds after which the node gives up a try of a request. */
	shortenTimeouts(seconds: number, request?: Policy.RequestKind) {
		const policy = this.policy.REQUEST_POLICY;
		const rules = request === undefined ? Object.values(policy) : [policy[request]];
		for (const rule of rules) rule.timeoutSeconds = seconds;
	}

	/** Multiplies the pauses of the node under a rate limit, which are those of tests otherwise. */
	shortenLimitPauses(timeScale: number) {
		Object.assign(this.policy.LIMIT_PAUSES, { first: 1.5 * timeScale, longest: 60 * timeScale });
	}

	/**
	 * A request that the sandbox will not answer is given up soon. All others get long enough for a busy machine,
	 * the next try of the same request included, because a late answer to a creation would look like a lost one.
	 */
	private giveUpOnlyWhatIsNeverAnswered() {
		const { sandbox } = this;
		const { fail, reset } = sandbox;
		const setPatience = () => this.shortenTimeouts(PATIENCE_SECONDS.answered);
		setPatience();
		const silent: Fault[] = [];
		sandbox.fail = (fault) => {
			if (!SILENT.includes(fault.action)) return fail(fault);
			this.shortenTimeouts(PATIENCE_SECONDS.neverAnswered, fault.on);
			silent.push(fault);
			let left = (fault.skip ?? 0) + (fault.times ?? 1);
			const match: Fault['match'] = (request) => {
				const hits = fault.match?.(request) ?? true;
				if (hits && --left === 0) silent.splice(silent.indexOf(fault), 1);
				if (!silent.some(({ on }) => on === fault.on)) {
					this.shortenTimeouts(PATIENCE_SECONDS.answered, fault.on);
				}
				return hits;
			};
			fail({ ...fault, match });
		};
		sandbox.reset = () => {
			silent.length = 0;
			setPatience();
			reset();
		};
	}

	async stop() {
		await this.sandbox.close();
		await this.engine.stop();
	}

	get credentials() {
		const { apiKey, url } = this.sandbox;
		return { magicHourApi: { apiKey, baseUrl: url } };
	}

	/** Starts the node on the given items. */
	execute(workflow: WorkflowJson, options: RunOptions = {}) {
		return this.engine.execute(workflow, { credentials: this.credentials, ...options });
	}

	async run(workflow: WorkflowJson, options: RunOptions = {}): Promise<Ran> {
		return new Ran(await this.execute(workflow, options).result);
	}
}

/** What came of a run, in the words of tests. */
export class Ran {
	constructor(readonly run: IRun) {}

	get status() {
		return this.run.status;
	}

	/** The error that stopped the workflow. */
	get error() {
		return this.run.data.resultData.error as
			| (Error & { description?: string; context?: Record<string, unknown>; httpCode?: string })
			| undefined;
	}

	task(node = NODE, runIndex = 0): ITaskData | undefined {
		return this.run.data.resultData.runData[node]?.[runIndex];
	}

	/** Output items of a node; the error output has index 1. */
	items(output = 0, node = NODE, runIndex = 0): INodeExecutionData[] {
		return this.task(node, runIndex)?.data?.main?.[output] ?? [];
	}

	json(output = 0, node = NODE) {
		return this.items(output, node).map((item) => item.json);
	}

	/** Everything the execution holds, as n8n would store it. */
	get stored(): string {
		return JSON.stringify(this.run.data);
	}
}

export type Item = Pick<INodeExecutionData, 'json' | 'binary'>;

/** Items whose JSON is of no importance. */
export const items = (count: number): Item[] =>
	Array.from({ length: count }, (_, number) => ({ json: { number } }));

export const itemWithFiles = (names: Partial<Record<'video' | 'audio', string>> = {}): Item => ({
	json: {},
	binary: {
		video: {
			data: VIDEO.toString('base64'),
			mimeType: 'video/mp4',
			fileName: names.video ?? 'talking-head.mp4',
			fileExtension: 'mp4',
		},
		audio: {
			data: AUDIO.toString('base64'),
			mimeType: 'audio/mpeg',
			fileName: names.audio ?? 'voice-over.mp3',
			fileExtension: 'mp3',
		},
	},
});

/** Parameters of a job whose files need no upload: 1 second, 30 credits. */
export const JOB = {
	clipEnd: 'seconds',
	audio: url('https://example.com/voice.mp3'),
	video: url('https://example.com/head.mp4'),
	endSeconds: 1,
	output: 'jobId',
	simplify: false,
};

/** As {@link JOB}, waited for with short pauses. */
export const WAITED_JOB = {
	...JOB,
	output: 'videoUrl',
	options: { pollInterval: 0.1 },
};

/** A workflow that hands the items to one Magic Hour Lip Sync node. */
export function workflowOf(
	input: Item[],
	parameters: INode['parameters'],
	settings: Partial<INode> = {},
): WorkflowJson {
	return {
		nodes: [
			node('Start', 'n8n-nodes-base.manualTrigger', {}),
			{
				...node(NODE, 'n8n-nodes-magic-hour.magicHourLipSync', parameters),
				credentials: { magicHourApi: { id: '1', name: 'Magic Hour' } },
				...settings,
			},
		],
		connections: { Start: { main: [[{ node: NODE, type: 'main', index: 0 }]] } },
		pinData: { Start: input.map((item) => ({ ...item, pairedItem: { item: 0 } })) },
	};
}

/** As {@link workflowOf} of one item, with other nodes between it and the node. */
export function chained(between: INode[], parameters: INode['parameters']) {
	const workflow = workflowOf(items(1), parameters);
	const [start, last] = workflow.nodes;
	const nodes = [start!, ...between, last!];
	const connections = Object.fromEntries(
		nodes
			.slice(0, -1)
			.map(({ name }, index) => [
				name,
				{ main: [[{ node: nodes[index + 1]!.name, type: 'main' as const, index: 0 }]] },
			]),
	);
	return { ...workflow, nodes, connections };
}

export const node = (name: string, type: string, parameters: INode['parameters']): INode => ({
	id: name,
	name,
	type,
	typeVersion: 1,
	position: [0, 0],
	parameters,
});

/** The logger of n8n's engine, which nodes are given too. */
export function n8nLogger(): Logger {
	const { Logger: N8nLogger } = createRequire(require.resolve('n8n-core'))(
		'@n8n/backend-common',
	) as { Logger: new () => Logger };
	return Container.get(N8nLogger);
}
