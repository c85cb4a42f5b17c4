import type { INode, IRunExecutionData } from 'n8n-workflow';

import { storedForRetry } from '../../engine/retry.cts';
import { Marks } from '../support/marks.cts';
import { EngineBed, items, JOB, workflowOf } from './engineBed.cts';

/** Of a killed process, n8n's database has this much: what was written at once, and the execution before it began. */
const marks = new Marks();

const LOST =
	/^The job may exist: it is not known which jobs (an earlier run or retry of this execution|execution \d+) created$/;

describe('an execution that was killed after it had created jobs', () => {
	let bed: EngineBed;
	beforeAll(async () => {
		bed = await EngineBed.start();
		await marks.use();
	});
	beforeEach(() => {
		bed.sandbox.reset();
		marks.isReachable = true;
	});
	afterAll(async () => await bed.stop());

	const creations = () => bed.sandbox.requestsTo('createLipSync').length;
	let executions = 100;

	/** Runs it; returns what the database has of it when the process is killed in the node. */
	async function killed(executionId: string): Promise<IRunExecutionData> {
		bed.sandbox.fail({ on: 'createLipSync', action: { status: 400, body: {} }, skip: 2 });
		const { run } = await bed.run(workflowOf(items(3), JOB), { mode: 'webhook', executionId });
		const data = storedForRetry(run);
		data.executionData!.contextData = {};
		return data;
	}

	/** Runs it from there, with a new id if it is a retry. */
	const again = async (
		resume: IRunExecutionData,
		mode: 'webhook' | 'retry',
		executionId: string,
		settings: Partial<INode> = {},
	) => await bed.run(workflowOf(items(3), JOB, settings), { mode, executionId, resume });

	const newId = () => String(++executions);

	it('makes nothing again when n8n gives it to another process', async () => {
		const id = newId();
		const { error } = await again(await killed(id), 'webhook', id);
		expect(error!.message).toMatch(LOST);
		expect(creations()).toBe(3);
	});

	it('makes nothing again when a person retries it, who has not been told yet', async () => {
		const { error } = await again(await killed(newId()), 'retry', newId());
		expect(error!.message).toMatch(LOST);
		expect(creations()).toBe(3);
	});

	it('is made again when a person retries it again, who has been told to look first', async () => {
		const told = await again(await killed(newId()), 'retry', newId());
		const { error } = await again(storedForRetry(told.run), 'retry', newId());
		expect(error).toBeUndefined();
		expect(creations()).toBe(6);
	});

	it('makes nothing again by Retry On Fail either, for any item', async () => {
		const settings = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
		const { error } = await again(await killed(newId()), 'retry', newId(), settings);
		expect(error!.message).toMatch(LOST);
		expect(creations()).toBe(3);
	});

	it('makes nothing where no mark can be left, and Retry makes it', async () => {
		marks.isReachable = false;
		const workflow = workflowOf(items(3), JOB);
		const failed = await bed.run(workflow, { mode: 'webhook', executionId: newId() });
		expect(failed.error).toMatchObject({
			message: "n8n's database does not answer, so no job was created",
			description: expect.stringContaining('The database is away'),
		});
		expect(creations()).toBe(0);

		marks.isReachable = true;
		const { error } = await again(storedForRetry(failed.run), 'retry', newId());
		expect(error).toBeUndefined();
		expect(creations()).toBe(3);
	});
});

describe('an execution whose memory is there', () => {
	let bed: EngineBed;
	beforeAll(async () => (bed = await EngineBed.start()));
	afterAll(async () => await bed.stop());

	it('is retried without further questions', async () => {
		bed.sandbox.fail({ on: 'createLipSync', action: { status: 400, body: {} } });
		const failed = await bed.run(workflowOf(items(3), JOB), { executionId: 'a' });
		const resume = storedForRetry(failed.run);
		const { error } = await bed.run(workflowOf(items(3), JOB), {
			mode: 'retry',
			executionId: 'b',
			resume,
		});
		expect(error).toBeUndefined();
		expect(bed.sandbox.jobs).toHaveLength(3);
	});
});
