import type { IExecuteFunctions } from 'n8n-workflow';

import { ExecutionMemory } from '../../../nodes/magicHour/jobs/memory.ts';

/** An execution of n8n as the memory sees it. A double, because n8n 1.x cannot be had beside 2.x in one process. */
class FakeExecution {
	private readonly context = {};
	isTool = false;

	/** The memory of one run of the node. */
	run(runIndex: number) {
		return new ExecutionMemory({
			getContext: () => this.context,
			getWorkflowDataProxy: () => ({ $runIndex: runIndex }),
			getMode: () => 'trigger',
			continueOnFail: () => false,
			getExecutionId: () => '7',
			getNode: () => ({ type: this.isTool ? 'magicHourLipSyncTool' : 'magicHourLipSync' }),
		} as unknown as IExecuteFunctions);
	}
}

const WHAT = { fingerprint: 'what', written: 'how', account: 'whose' };
const RESPONSE = { id: 'cm1', credits_charged: 30 };

describe('the memory of an execution', () => {
	let execution: FakeExecution;
	beforeEach(() => (execution = new FakeExecution()));

	const runThatCreated = (runIndex: number, ended?: 'well' | 'badly') => {
		const memory = execution.run(runIndex);
		memory.rememberAsked(0, WHAT, 30);
		memory.rememberCreated(0, RESPONSE);
		if (ended !== undefined) memory.leave(ended === 'well' ? new Set([0]) : new Set());
	};

	it.each(['well', 'badly'] as const)(
		'knows the jobs of a run that ended %s when it runs again',
		(ended) => {
			runThatCreated(0, ended);
			expect(execution.run(0).recall(0, WHAT)).toMatchObject({
				state: 'created',
				response: RESPONSE,
			});
		},
	);

	it('gives each account the job that it has paid for', () => {
		runThatCreated(0, 'badly');
		const other = { ...WHAT, account: 'another' };
		const memory = execution.run(0);
		memory.rememberAsked(0, other, 30);
		memory.rememberCreated(0, { id: 'cm2', credits_charged: 30 });
		memory.leave(new Set());

		const again = execution.run(0);
		for (const [asked, id] of [
			[WHAT, 'cm1'],
			[other, 'cm2'],
			[WHAT, 'cm1'],
		] as const) {
			expect(again.recall(0, asked)).toMatchObject({ account: asked.account, response: { id } });
		}
	});

	it.each([
		['failed', 'rememberFailed', 0],
		['is gone', 'rememberGone', 30],
	] as const)('lets a living job take the place of one that %s', (_, note, spent) => {
		const first = execution.run(0);
		first.rememberAsked(0, WHAT, 30);
		first.rememberCreated(0, RESPONSE);
		first[note](0);
		expect(first.spent).toBe(spent);
		first.leave(new Set());
		const other = execution.run(1);
		other.rememberAsked(0, { ...WHAT }, 30);
		other.rememberCreated(0, { id: 'cm2', credits_charged: 30 });
		other.leave(new Set());

		expect(execution.run(0).recall(0, WHAT)).toMatchObject({
			state: 'created',
			response: { id: 'cm2' },
		});
	});

	it('is new for the next turn of a loop, and keeps the one before for whoever starts from there again', () => {
		runThatCreated(0, 'well');
		expect(execution.run(1).recall(0, WHAT)).toBeUndefined();
		expect(execution.run(0).recall(0, WHAT)).toMatchObject({ response: RESPONSE });
	});

	describe('when the node is a tool of an agent, each of whose tries has a run index of its own', () => {
		it('takes over the job of a try that failed', () => {
			runThatCreated(0, 'badly');
			expect(execution.run(1).recall(0, WHAT)).toMatchObject({ response: RESPONSE });
		});

		it('takes over the job of a call that succeeded: the agent may have failed after it', () => {
			execution.isTool = true;
			runThatCreated(0, 'well');
			expect(execution.run(1).recall(0, WHAT)).toMatchObject({ response: RESPONSE });
		});

		it("takes it over once, where the node isn't a tool", () => {
			runThatCreated(0, 'badly');
			const second = execution.run(1);
			second.recall(0, WHAT);
			second.leave(new Set([0]));
			expect(execution.run(2).recall(0, WHAT)).toBeUndefined();
		});

		it('does not take over what is asked for in other words', () => {
			runThatCreated(0, 'badly');
			expect(
				execution.run(1).recall(0, { ...WHAT, fingerprint: 'something else' }),
			).toBeUndefined();
		});

		it('leaves a call alone that is under way at the same time', () => {
			runThatCreated(0);
			expect(execution.run(1).recall(0, WHAT)).toBeUndefined();
			expect(execution.run(0).recall(0, WHAT)).toMatchObject({ response: RESPONSE });
		});

		it('takes over a job rather than the doubt of a try before it', () => {
			const first = execution.run(0);
			first.rememberAsked(0, WHAT, 30);
			first.leave(new Set());
			const second = execution.run(1);
			second.rememberAsked(0, { ...WHAT }, 30);
			second.rememberCreated(0, RESPONSE);
			second.leave(new Set());
			expect(execution.run(3).recall(0, WHAT)).toMatchObject({ response: RESPONSE });
		});

		it('repeats the doubt whether a job exists', () => {
			const first = execution.run(0);
			first.rememberAsked(0, WHAT, 30);
			first.leave(new Set());
			expect(execution.run(1).recall(0, WHAT)).toMatchObject({
				state: 'asked',
				byThisExecution: true,
			});
		});
	});
});
