import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { UnexpectedError, type INode } from 'n8n-workflow';

import type { WorkflowJson } from '../engine/engine.cts';
import type { StartOptions } from './options.cts';

/** The names of nodes in `workflows/first-job.json`. */
export const NODES = {
	video: 'Read Video',
	audio: 'Read Audio',
	lipSync: 'Lip Sync',
};

const FILE = 'workflows/first-job.json';

/** The example workflow, filled in as a person would have done it in the editor. */
export function firstJob(options: StartOptions, pollInterval: number | undefined): WorkflowJson {
	const workflow = JSON.parse(readFileSync(join(__dirname, '..', FILE), 'utf8')) as WorkflowJson;
	const fill = (name: string, parameters: INode['parameters']) =>
		Object.assign(nodeOf(workflow, name).parameters, parameters);

	fill(NODES.video, { fileSelector: literally(options.video) });
	fill(NODES.audio, { fileSelector: literally(options.audio) });
	fill(NODES.lipSync, {
		startSeconds: options.start,
		...(options.end === undefined
			? { clipEnd: 'audio' }
			: { clipEnd: 'seconds', endSeconds: options.end }),
		generationMode: options.mode,
		options: pollInterval === undefined ? {} : { pollInterval },
	});
	if (options.items > 1) insertCopies(workflow, options.items);
	return workflow;
}

/** The same, asking for the price instead of the video. */
export function estimateOf(workflow: WorkflowJson): WorkflowJson {
	const copy = structuredClone(workflow);
	Object.assign(nodeOf(copy, NODES.lipSync).parameters, { operation: 'estimate', options: {} });
	return copy;
}

/** The nodes that do something, in the order in which they do it. */
export const stepsOf = (workflow: WorkflowJson): string[] =>
	workflow.nodes
		.filter(({ type }) => !/\.(manualTrigger|stickyNote)$/.test(type))
		.map(({ name }) => name);

function nodeOf(workflow: WorkflowJson, name: string): INode {
	const node = workflow.nodes.find((candidate) => candidate.name === name);
	if (node === undefined) throw new UnexpectedError(`${FILE} has no node ${name}`);
	return node;
}

/** The node that reads files takes patterns; round and square brackets are literal to it already. */
const literally = (path: string): string => path.replace(/[*?{}!]/g, '\\$&');

/** Makes a batch: items that share one file in n8n's storage, so that it is uploaded once. */
function insertCopies(workflow: WorkflowJson, count: number): void {
	const name = `${count} Items of It`;
	const position = workflow.nodes.findIndex((node) => node.name === NODES.lipSync);
	workflow.nodes.splice(position, 0, {
		id: 'copies',
		name,
		type: 'n8n-nodes-base.set',
		typeVersion: 3.4,
		position: [0, 0],
		parameters: {
			duplicateItem: true,
			duplicateCount: count - 1,
			assignments: {},
			includeOtherFields: true,
			options: { stripBinary: false },
		},
	});
	workflow.connections[name] = workflow.connections[NODES.audio]!;
	workflow.connections[NODES.audio] = { main: [[{ node: name, type: 'main', index: 0 }]] };
}
