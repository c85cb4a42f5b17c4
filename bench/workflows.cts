import type { INode } from 'n8n-workflow';

import type { CredentialValues } from '../engine/credentials.cts';
import type { WorkflowJson } from '../engine/engine.cts';
import type { Sandbox } from '../sandbox/index.cts';

const START = 'Start';
const MAGIC_HOUR = 'n8n-nodes-magic-hour.magicHourLipSync';

/** A lip sync of one second, of files that need no upload. */
export const REQUEST_BODY = {
	start_seconds: 0,
	end_seconds: 1,
	assets: {
		audio_file_path: 'https://example.com/voice.mp3',
		video_source: 'file',
		video_file_path: 'https://example.com/head.mp4',
	},
	style: { generation_mode: 'lite' },
};

/** The parameters that make {@link REQUEST_BODY}. */
export const JOB: INode['parameters'] = {
	audio: { __rl: true, mode: 'url', value: REQUEST_BODY.assets.audio_file_path },
	video: { __rl: true, mode: 'url', value: REQUEST_BODY.assets.video_file_path },
	clipEnd: 'seconds',
	endSeconds: REQUEST_BODY.end_seconds,
	output: 'jobId',
};

/** The same key for both: the pack's own credential, and the one people give to HTTP Request nodes. */
export const credentialsFor = ({ apiKey, url }: Sandbox): CredentialValues => ({
	magicHourApi: { apiKey, baseUrl: url },
	httpHeaderAuth: { name: 'Authorization', value: `Bearer ${apiKey}` },
});

export const node = (
	name: string,
	type: string,
	typeVersion: number,
	parameters: INode['parameters'],
): INode => ({ id: name, name, type, typeVersion, position: [0, 0], parameters });

export const magicHour = (name: string, parameters: INode['parameters']): INode => ({
	...node(name, MAGIC_HOUR, 1, parameters),
	credentials: { magicHourApi: { id: '', name: '' } },
});

/** n8n's own node for requests, as people set it up for this API. */
export const httpRequest = (name: string, parameters: INode['parameters']): INode => ({
	...node(name, 'n8n-nodes-base.httpRequest', 4.2, {
		authentication: 'genericCredentialType',
		genericAuthType: 'httpHeaderAuth',
		...parameters,
	}),
	credentials: { httpHeaderAuth: { id: '', name: '' } },
});

export const httpCreate = (url: string, options: INode['parameters'] = {}): INode =>
	httpRequest('Create', {
		method: 'POST',
		url: `${url}/v1/lip-sync`,
		sendBody: true,
		specifyBody: 'json',
		jsonBody: JSON.stringify(REQUEST_BODY),
		options,
	});

/** The same with the credential of the pack, which n8n's node can use as well. */
export const withOwnCredential = (request: INode): INode => ({
	...request,
	parameters: {
		...request.parameters,
		authentication: 'predefinedCredentialType',
		nodeCredentialType: 'magicHourApi',
	},
	credentials: { magicHourApi: { id: '', name: '' } },
});

export const readFile = (path: string): INode =>
	node('Read', 'n8n-nodes-base.readWriteFile', 1, { fileSelector: path });

/** A workflow that hands items to nodes that stand in a line. */
export function lineOf(items: number, ...steps: INode[]): WorkflowJson {
	const nodes = [node(START, 'n8n-nodes-base.manualTrigger', 1, {}), ...steps];
	return {
		nodes,
		connections: Object.fromEntries(
			nodes.slice(1).map(({ name }, index) => [nodes[index]!.name, to([name])]),
		),
		pinData: {
			[START]: Array.from({ length: items }, (_, number) => ({
				json: { number },
				pairedItem: { item: 0 },
			})),
		},
	};
}

/**
 * The loop of built-in nodes that guides on the web show: create, wait, ask, and back with what is unfinished.
 * @param pollInterval seconds
 */
export function loopOf(items: number, url: string, pollInterval: number): WorkflowJson {
	const ended = "={{ ['complete', 'error', 'canceled'].includes($json.status) }}";
	const line = lineOf(
		items,
		httpCreate(url),
		node('Wait', 'n8n-nodes-base.wait', 1.1, { amount: pollInterval, unit: 'seconds' }),
		httpRequest('Check', { url: `=${url}/v1/video-projects/{{ $json.id }}` }),
		node('Is It Finished?', 'n8n-nodes-base.if', 2.2, {
			conditions: {
				options: { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 2 },
				combinator: 'and',
				conditions: [
					{
						id: 'ended',
						leftValue: ended,
						rightValue: '',
						operator: { type: 'boolean', operation: 'true', singleValue: true },
					},
				],
			},
		}),
		node('Finished', 'n8n-nodes-base.noOp', 1, {}),
	);
	line.connections['Is It Finished?'] = to(['Finished'], ['Wait']);
	return line;
}

const to = (...outputs: string[][]) => ({
	main: outputs.map((names) =>
		names.map((name) => ({ node: name, type: 'main' as const, index: 0 })),
	),
});
