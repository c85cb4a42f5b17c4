import { startChatModel } from '../chatModel.cts';
import { awaitedJob, useTestBed } from '../testBed.cts';
import { node, outputJson, start, workflow } from '../workflow.cts';

const bed = useTestBed();

describe('An AI Agent', () => {
	it('makes a lip sync, with the parameters it chose', async () => {
		const { api, sandbox, credentials } = bed;
		const model = await startChatModel({
			tool: 'Lip_Sync',
			arguments: { audio: 'https://example.com/spanish.mp3', end: 3 },
		});
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
				{ typeVersion: 2.2 },
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
					audioFilePath: "={{ $fromAI('audio', 'URL of the new audio track', 'string') }}",
					endSeconds: "={{ $fromAI('end', 'Where the clip ends, in seconds', 'number') }}",
				},
				{ credentials },
			),
		);
		const toAgent = (type: 'ai_languageModel' | 'ai_tool') => ({
			[type]: [[{ node: 'Agent', type, index: 0 }]],
		});
		Object.assign(file.connections, {
			Model: toAgent('ai_languageModel'),
			'Lip Sync': toAgent('ai_tool'),
		});

		const execution = await api.run(await api.importWorkflow(file), 'Start');
		await model.stop();

		expect(execution.status).toBe('success');
		expect(sandbox.jobs.map(({ request }) => request)).toMatchObject([
			{ end_seconds: 3, assets: { audio_file_path: 'https://example.com/spanish.mp3' } },
		]);
		const [{ output }] = outputJson(execution, 'Agent') as [{ output: string }];
		expect(output).toContain(sandbox.jobs[0]!.id);
		expect(output).toContain('complete');
	});
});
