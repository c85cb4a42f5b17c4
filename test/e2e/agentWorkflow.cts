import type { IDataObject, INode } from 'n8n-workflow';

import type { WorkflowFile } from '../../n8n/rest.cts';
import { url } from '../support/sources.cts';
import type { ChatModel } from './chatModel.cts';
import { awaitedJob, type ServerBed } from './serverBed.cts';
import { node, start, workflow } from './workflow.cts';

type Retries = Pick<INode, 'retryOnFail' | 'maxTries' | 'waitBetweenTries'>;

interface AgentOptions {
	/** Of the agent. */
	typeVersion?: number;
	agent?: Retries;
	/** Of the node, beside an audio that the model chooses. */
	parameters?: IDataObject;
	tool?: Retries;
}

/** A workflow with an agent that has the node as its only tool. */
export async function agentWorkflow(
	{ api, credentials }: ServerBed,
	model: ChatModel,
	{ typeVersion = 2.2, agent, parameters, tool }: AgentOptions = {},
): Promise<WorkflowFile> {
	const openAiApi = await api.createCredential('openAiApi', 'Stand-in', {
		apiKey: 'none',
		url: model.url,
	});
	const file = workflow('Agent', [
		start(),
		node(
			'Agent',
			'@n8n/n8n-nodes-langchain.agent',
			{ promptType: 'define', text: 'Dub my video in Spanish.' },
			{ typeVersion, ...agent },
		),
	]);
	file.nodes.push(
		node(
			'Model',
			'@n8n/n8n-nodes-langchain.lmChatOpenAi',
			{ model: { __rl: true, mode: 'id', value: 'stand-in' } },
			{ typeVersion: 1.2, credentials: { openAiApi } },
		),
		node(
			'Lip Sync',
			'n8n-nodes-magic-hour.magicHourLipSyncTool',
			{
				...awaitedJob,
				audio: url("={{ $fromAI('audio', 'URL of the new audio track', 'string') }}"),
				...parameters,
			},
			{ credentials, ...tool },
		),
	);
	const toAgent = (type: 'ai_languageModel' | 'ai_tool') => ({
		[type]: [[{ node: 'Agent', type, index: 0 }]],
	});
	Object.assign(file.connections, {
		Model: toAgent('ai_languageModel'),
		'Lip Sync': toAgent('ai_tool'),
	});
	return file;
}
