import type { IDataObject } from 'n8n-workflow';
import { agentWorkflow } from '../agentWorkflow.cts';
import { startChatModel, type ChatModel } from '../chatModel.cts';
import type { Execution } from '../../../n8n/rest.cts';
import { useServerBed } from '../serverBed.cts';
import { outputJson } from '../workflow.cts';

const bed = useServerBed();
let model: ChatModel;

beforeEach(async () => {
	model = await startChatModel({
		tool: 'Lip_Sync',
		arguments: { audio: 'https://example.com/spanish.mp3', end: 3 },
	});
});

afterEach(async () => await model.stop());

/** The model chooses the end, too. */
const agentWith = async (parameters: IDataObject, tool = {}) =>
	await agentWorkflow(bed, model, {
		parameters: {
			clipEnd: 'seconds',
			endSeconds: "={{ $fromAI('end', 'Where the clip ends, in seconds', 'number') }}",
			...parameters,
		},
		tool,
	});

/** What the agent says in the end. */
const answerOf = (execution: Execution) => String(outputJson(execution, 'Agent')[0]?.output);

describe('An AI Agent', () => {
	it('makes a lip sync, with the parameters it chose', async () => {
		const { api, sandbox } = bed;

		const execution = await api.run(await api.importWorkflow(await agentWith({})), 'Start');

		expect(execution.status).toBe('success');
		expect(sandbox.jobs.map(({ request }) => request)).toMatchObject([
			{ end_seconds: 3, assets: { audio_file_path: 'https://example.com/spanish.mp3' } },
		]);
		expect(answerOf(execution)).toContain(sandbox.jobs[0]!.id);
		expect(answerOf(execution)).toContain('complete');
	});

	it('pays once with Retry On Fail, when the first tries fail after the job was created', async () => {
		const { api, sandbox } = bed;
		sandbox.setScript(() => ({ outcome: 'complete', renderSeconds: 4 }));
		const impatient = { options: { pollInterval: 0.1, timeoutMinutes: 0.025 } };
		const retries = { retryOnFail: true, maxTries: 5, waitBetweenTries: 100 };

		const file = await agentWith(impatient, retries);
		const execution = await api.run(await api.importWorkflow(file), 'Start');

		expect(execution.status).toBe('success');
		expect(sandbox.jobs).toHaveLength(1);
		expect(answerOf(execution)).toContain(sandbox.jobs[0]!.id);
		const tries = execution.data.resultData.runData['Lip Sync']!;
		expect(tries[0]).toMatchObject({ executionStatus: 'error' });
		expect(tries.at(-1)).toMatchObject({ executionStatus: 'success' });
	});
});
