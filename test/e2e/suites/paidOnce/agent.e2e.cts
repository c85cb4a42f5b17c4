import { agentWorkflow } from '../../agentWorkflow.cts';
import { startChatModel, type ChatModel } from '../../chatModel.cts';
import { useServerBed } from '../../serverBed.cts';

/** An AI agent that has the node as a tool, and tries again. */

const bed = useServerBed();
let model: ChatModel;

beforeEach(async () => {
	model = await startChatModel({
		tool: 'Lip_Sync',
		arguments: { audio: 'https://example.com/spanish.mp3' },
	});
});
afterEach(async () => await model.stop());

async function agent(typeVersion: number, settings = {}) {
	const file = await agentWorkflow(bed, model, { typeVersion, agent: settings });
	// In the older order n8n's Agent 3 continues before its tool was run.
	return await bed.api.importWorkflow({ ...file, settings: { executionOrder: 'v1' } });
}

/** What the model was told of the tool's work. */
const heard = () =>
	JSON.stringify(
		model.requests.flatMap(({ messages }) => messages.filter(({ role }) => role === 'tool')),
	);

describe.each([2.2, 3])('An agent of version %s', (version) => {
	it('pays once, when it tries again because its model failed after the tool had succeeded', async () => {
		const { api, sandbox } = bed;
		model.failAfterTool(1);
		const retries = { retryOnFail: true, maxTries: 2, waitBetweenTries: 100 };

		const execution = await api.run(await agent(version, retries), 'Start');

		expect(sandbox.jobs).toHaveLength(1);
		expect(execution.status).toBe('success');
		expect(heard()).toContain(sandbox.jobs[0]!.id);
	});

	it('hears that a job may exist, and not to call again', async () => {
		const { api, sandbox } = bed;
		sandbox.fail({ on: 'createLipSync', action: 'reset' });

		await api.run(await agent(version), 'Start');

		expect(sandbox.jobs).toHaveLength(1);
		expect(heard()).toContain('The job may exist');
		expect(heard()).toContain('Do not call this tool again');
	});

	it('asks once more in a retry of its execution, because only the model had heard the question', async () => {
		const { api, sandbox } = bed;
		sandbox.fail({ on: 'createLipSync', action: 'reset' });
		model.failAfterTool(1);
		const failed = await api.run(await agent(version), 'Start');
		expect(failed.status).toBe('error');

		const retried = await api.retry(failed.id);

		expect(sandbox.jobs).toHaveLength(1);
		expect(retried.status).toBe('success');
		expect(heard()).toContain('The job may exist');
	});

	it('pays for no other job in a retry, where the first one is gone and no person has heard so', async () => {
		const { api, sandbox } = bed;
		const body = { message: 'Not found' };
		sandbox.fail({ on: 'getProject', action: { status: 404, body }, times: Infinity });
		model.failAfterTool(1);
		const failed = await api.run(await agent(version), 'Start');
		expect(failed.status).toBe('error');

		await api.retry(failed.id);

		expect(sandbox.jobs).toHaveLength(1);
	});
});
