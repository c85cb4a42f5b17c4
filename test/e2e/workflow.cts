import type { IDataObject, INode, INodeExecutionData } from 'n8n-workflow';
import type { Execution, StoredCredential, WorkflowFile } from '../../n8n/rest.cts';

/** What a node may have beside its parameters. */
type NodeSettings = Partial<
	Pick<INode, 'typeVersion' | 'onError' | 'retryOnFail' | 'maxTries' | 'waitBetweenTries'>
> & { credentials?: Record<string, StoredCredential> };

/** A node of a workflow under test. */
export function node(
	name: string,
	type: string,
	parameters: IDataObject = {},
	settings: NodeSettings = {},
): INode {
	const base = { id: name, name, type, typeVersion: 1, position: [0, 0] as [number, number] };
	return { ...base, parameters, ...settings } as INode;
}

/** The node that "Execute workflow" starts from. */
export const start = () => node('Start', 'n8n-nodes-base.manualTrigger');

/** The node under test. */
export const lipSync = (parameters: IDataObject, settings: NodeSettings = {}) =>
	node('Lip Sync', 'n8n-nodes-magic-hour.magicHourLipSync', parameters, settings);

/** A connection from one node's output to another one's input, such as `['If', 1, 'Stop']`. */
type Link = [from: string, output: number, to: string, input?: number];

/**
 * A workflow of the given nodes.
 * @param links how they are connected; without any, one after the other
 */
export function workflow(name: string, nodes: INode[], links?: Link[]): WorkflowFile {
	const chain = nodes.slice(1).map((node, index): Link => [nodes[index]!.name, 0, node.name]);
	const connections: WorkflowFile['connections'] = {};
	for (const [from, output, to, input = 0] of links ?? chain) {
		const source = connections[from] ?? {};
		const outputs = source.main ?? [];
		connections[from] = { ...source, main: outputs };
		while (outputs.length <= output) outputs.push([]);
		outputs[output]?.push({ node: to, type: 'main', index: input });
	}
	const placed = nodes.map((node, index) => ({
		...node,
		position: [index * 224, 0] as [number, number],
	}));
	return { name, nodes: placed, connections };
}

/** Lets the start node give these items, as pinned data does. */
export const withRows = (file: WorkflowFile, rows: IDataObject[]): WorkflowFile => ({
	...file,
	pinData: { Start: rows.map((json) => ({ json })) },
});

/** What a node gave in its last run. */
export function output(execution: Execution, name: string, index = 0): INodeExecutionData[] {
	const runs = execution.data.resultData.runData[name];
	return runs?.at(-1)?.data?.main?.[index] ?? [];
}

/** The JSON of what a node gave in its last run. */
export const outputJson = (execution: Execution, name: string, index = 0) =>
	output(execution, name, index).map(({ json }) => json);
