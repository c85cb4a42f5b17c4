import type { INode } from 'n8n-workflow';
import type { Execution, WorkflowFile } from '../../../../n8n/rest.cts';
import { until } from '../../../../n8n/poll.cts';
import { url } from '../../../support/sources.cts';
import { useServerBed } from '../../serverBed.cts';
import { newExecution } from '../../webhooks.cts';
import { lipSync, node, outputJson, start, withRows, workflow } from '../../workflow.cts';
import {
	failingRows,
	looped,
	lose,
	oneByOne,
	paidFor,
	PEOPLE,
	refuse,
	rowsOf,
	withChanged,
} from './people.cts';

/** A workflow that calls another one, in which the jobs are made. */

const bed = useServerBed();

interface Called {
	/** Whether each item has a call of its own. */
	mode?: 'each';
	/** Of the node. */
	parameters?: object;
	saveDataErrorExecution?: 'none';
	/** What the called workflow makes of its items before it makes jobs, in JavaScript. */
	code?: string;
	/** Whether it makes one job after the other, in a loop. */
	loop?: true;
}

type Retries = Pick<INode, 'retryOnFail' | 'maxTries' | 'waitBetweenTries'>;

const calledStart = () =>
	node(
		'Start',
		'n8n-nodes-base.executeWorkflowTrigger',
		{ inputSource: 'passthrough' },
		{ typeVersion: 1.1 },
	);

const callOf = (id: string, { mode = 'once', ...settings }: Retries & { mode?: string }) =>
	node(
		'Call',
		'n8n-nodes-base.executeWorkflow',
		{ workflowId: { __rl: true, mode: 'id', value: id }, mode },
		{ typeVersion: 1.2, ...settings },
	);

/** Imports a workflow that others call. n8n 1.x knows no publishing of those. */
async function importCalled(file: WorkflowFile) {
	const { api, run } = bed;
	const called = await api.importWorkflow(file);
	if (run.target === '2.x') await api.publish(called);
	return called;
}

/** Imports a workflow that calls another one for four people. */
const importCaller = async (call: ReturnType<typeof callOf>) =>
	await bed.api.importWorkflow(withRows(workflow('Caller', [start(), call]), rowsOf(PEOPLE)));

/** @returns the workflow that makes the jobs, and the one that calls it for four people */
async function callerAndCalled(
	settings: Retries = {},
	{ mode, parameters, code, loop: isLoop, ...saved }: Called = {},
) {
	const { credentials } = bed;
	const create = lipSync({ ...oneByOne, ...parameters }, { credentials });
	const codes =
		code === undefined
			? []
			: [node('Code', 'n8n-nodes-base.code', { jsCode: code }, { typeVersion: 2 })];
	const file = isLoop
		? looped('Called', calledStart(), create)
		: workflow('Called', [calledStart(), ...codes, create]);
	const called = await importCalled({ ...file, settings: saved });
	const caller = await importCaller(callOf(called.id, { mode, ...settings }));
	return { called, caller };
}

const retryOnFail = { retryOnFail: true, maxTries: 2, waitBetweenTries: 100 };

describe('A sub-workflow whose caller tries again', () => {
	it('by Retry On Fail: makes only the jobs that are missing', async () => {
		const { api, sandbox } = bed;
		const { caller } = await callerAndCalled(retryOnFail);
		refuse(sandbox, 'Dee');

		const execution = await api.run(caller, 'Start');

		expect(paidFor(sandbox)).toEqual(PEOPLE);
		expect(execution.status).toBe('success');
		expect(outputJson(execution, 'Call').map(({ name }) => name)).toEqual(PEOPLE);
	});

	it('by Retry On Fail, where each item has a call of its own', async () => {
		const { api, sandbox } = bed;
		const { caller } = await callerAndCalled(retryOnFail, { mode: 'each' });
		refuse(sandbox, 'Dee');

		const execution = await api.run(caller, 'Start');

		expect(paidFor(sandbox)).toEqual(PEOPLE);
		expect(execution.status).toBe('success');
	});

	it('by Retry On Fail, where each item has a call of its own, and is another one in each call', async () => {
		const { api, sandbox } = bed;
		const code =
			'return $input.all().map(({ json }) => ({ json: { ...json, now: Math.random() } }));';
		const audio = url('=https://example.com/{{ $json.person }}.mp3');
		const { caller } = await callerAndCalled(retryOnFail, {
			mode: 'each',
			code,
			parameters: { audio },
		});
		refuse(sandbox, 'Dee');

		const execution = await api.run(caller, 'Start');

		expect(execution.status).toBe('success');
		expect(paidFor(sandbox)).toEqual(PEOPLE);
	});

	it('makes a job for each of its items, also where they ask for the same', async () => {
		const { api, sandbox } = bed;
		const { caller } = await callerAndCalled({}, { mode: 'each' });

		expect((await api.run(caller, 'Start')).status).toBe('success');

		expect(paidFor(sandbox)).toEqual(PEOPLE);
	});

	it('by hand: makes only the jobs that are missing', async () => {
		const { api, sandbox } = bed;
		const { caller } = await callerAndCalled();
		refuse(sandbox, 'Dee');
		const failed = await api.run(caller, 'Start');
		expect(paidFor(sandbox)).toEqual(['Ada', 'Ben', 'Cem']);

		const retried = await api.retry(failed.id);

		expect(paidFor(sandbox)).toEqual(PEOPLE);
		expect(retried.status).toBe('success');
	});

	it('although the items come in another order, with another time in them', async () => {
		const { api, sandbox } = bed;
		// The ids of two calls, one after the other, are an odd and an even number.
		const code = `
			const items = $input.all().map(({ json }) => ({ json: { ...json, at: Date.now() } }));
			return Number($execution.id) % 2 ? items : items.reverse();
		`;
		const audio = url('=https://example.com/{{ $json.person }}.mp3');
		const { caller } = await callerAndCalled(retryOnFail, { code, parameters: { audio } });
		refuse(sandbox, 'Ben');

		const execution = await api.run(caller, 'Start');

		expect(paidFor(sandbox)).toEqual(PEOPLE);
		expect(execution.status).toBe('success');
	});

	const PAID_AGAIN = ['Ada', 'Ada', 'Ben', 'Ben', 'Cem', 'Cem', 'Dee'];

	/** Whether it shows the question, and nothing was paid for it. */
	function expectAsked({ status, data }: Execution, paid: string[]): void {
		expect(status).toBe('error');
		expect(JSON.stringify(data.resultData.error)).toContain('The job may exist: ');
		expect(paidFor(bed.sandbox)).toEqual(paid);
	}

	it('asks where an address reads differently in each call, and pays when a person retries the call that asked', async () => {
		const { api, sandbox } = bed;
		const audio = url('=https://example.com/voice.mp3?at={{ $now.toMillis() }}');
		const { called, caller } = await callerAndCalled(retryOnFail, { parameters: { audio } });
		refuse(sandbox, 'Dee');
		const execution = await api.run(caller, 'Start');
		expectAsked(execution, ['Ada', 'Ben', 'Cem']);

		expectAsked(await api.retry(execution.id), ['Ada', 'Ben', 'Cem']);

		const [newest] = await api.executions(called.id);
		expect((await api.retry(newest!.id)).status).toBe('success');
		expect(paidFor(sandbox)).toEqual(PAID_AGAIN);
	});

	it('asks, whoever retries, where no call is saved', async () => {
		const { api, sandbox } = bed;
		const { caller } = await callerAndCalled(retryOnFail, { saveDataErrorExecution: 'none' });
		refuse(sandbox, 'Dee');
		const execution = await api.run(caller, 'Start');
		expectAsked(execution, ['Ada', 'Ben', 'Cem']);

		expectAsked(await api.retry(execution.id), ['Ada', 'Ben', 'Cem']);
	});

	/** The answer to the creation of Cem's job is lost. */
	const loseCem = () => lose(bed.sandbox, 'Cem', { effect: false });

	describe.each<[string, Called]>([
		['', {}],
		[' in a later turn of its loop', { loop: true }],
	])('after a doubt%s', (_, how) => {
		it('asks again, whichever execution of its own a person retries', async () => {
			const { api } = bed;
			const { caller } = await callerAndCalled({}, how);
			refuse(bed.sandbox, 'Ada');
			const first = await api.run(caller, 'Start');
			loseCem();
			const second = await api.retry(first.id);
			expectAsked(second, ['Ada', 'Ben']);
			// n8n has words of its own for some connection errors: "You can retry the request immediately".
			expect(second.data.resultData.error!.message).toMatch(/^The job may exist: /);

			expectAsked(await api.retry(first.id), ['Ada', 'Ben']);
			expectAsked(await api.retry(second.id), ['Ada', 'Ben']);
		});

		it('gets what a person has had made in the sub-workflow', async () => {
			const { api, sandbox } = bed;
			const { called, caller } = await callerAndCalled(retryOnFail, how);
			loseCem();
			const failed = await api.run(caller, 'Start');
			expect(paidFor(sandbox)).toEqual(['Ada', 'Ben']);

			const [newest] = await api.executions(called.id);
			expect((await api.retry(newest!.id)).status).toBe('success');
			expect(paidFor(sandbox)).toEqual(PEOPLE);

			const retried = await api.retry(failed.id);
			expect(outputJson(retried, 'Call').map(({ name }) => name)).toEqual(PEOPLE);
			expect(paidFor(sandbox)).toEqual(PEOPLE);
		});
	});

	it('while a retry of its own makes jobs: asks first', async () => {
		const { api, sandbox } = bed;
		const { called, caller } = await callerAndCalled();
		refuse(sandbox, 'Cem');
		const failed = await api.run(caller, 'Start');
		expect(paidFor(sandbox)).toEqual(['Ada', 'Ben']);
		sandbox.setScript(() => ({ outcome: 'never' }));
		const [newest] = await api.executions(called.id);
		const own = await newExecution(api, called, async () => {
			api.retry(newest!.id).catch(() => undefined);
		});
		await until('two more jobs', () => sandbox.jobs[3]);

		const retried = await api.retry(failed.id);

		await api.stop(own);
		expect(JSON.stringify(retried.data.resultData.error)).toContain(`execution ${own}`);
		expect(paidFor(sandbox)).toEqual(PEOPLE);
	});

	it('by hand, where the call hides its question: asks in each retry', async () => {
		const { api, sandbox } = bed;
		const { called } = await callerAndCalled({}, { saveDataErrorExecution: 'none' });
		const { rows, service } = await failingRows();
		const outer = await api.importWorkflow(
			workflow('Hides its errors', [
				start(),
				rows,
				{ ...callOf(called.id, {}), onError: 'continueRegularOutput' },
				node('Later', 'n8n-nodes-base.stopAndError', { errorMessage: 'Later' }),
			]),
		);
		// It fails before the call, so its retries call again.
		const original = await api.run(outer, 'Start');
		expect(original.status).toBe('error');
		refuse(sandbox, 'Cem');

		for (let time = 0; time < 3; time++) {
			const retried = await api.retry(original.id);
			expect(retried.data.resultData.error!.message).toBe('Later');
		}
		await service.stop();
		expect(paidFor(sandbox)).toEqual(['Ada', 'Ben']);
	});

	it('and is called by one that tries again by itself: asks', async () => {
		const { api, sandbox } = bed;
		// Nothing of the called one is saved, so it has to ask.
		const { called } = await callerAndCalled({}, { saveDataErrorExecution: 'none' });
		const between = await importCalled(
			workflow('Between', [calledStart(), callOf(called.id, retryOnFail)]),
		);
		const outer = await importCaller(callOf(between.id, { ...retryOnFail, maxTries: 3 }));
		refuse(sandbox, 'Dee');

		expectAsked(await api.run(outer, 'Start'), ['Ada', 'Ben', 'Cem']);
	});

	it('by two retries that have begun before one of them has asked: each asks', async () => {
		const { api, sandbox } = bed;
		const { called, caller } = await callerAndCalled();
		const slow = node('Slow', 'n8n-nodes-base.wait', { amount: 1 }, { typeVersion: 1.1 });
		const nodes = [called.nodes[0]!, slow, ...called.nodes.slice(1)];
		await api.publish(await api.save({ ...called, ...workflow('Called', nodes) }));
		refuse(sandbox, 'Ada');
		const failed = await api.run(caller, 'Start');
		loseCem();

		let first: Promise<Execution> | undefined;
		await newExecution(api, called, async () => {
			first = api.retry(failed.id);
		});
		const second = api.retry(failed.id);

		for (const retry of [await first!, await second]) expectAsked(retry, ['Ada', 'Ben']);
	});

	describe('through another one that saves no executions', () => {
		/** Runs into the refusal of a person's job. */
		async function failedThrough(called: string, person: string) {
			const between = await importCalled({
				...workflow('Between', [calledStart(), callOf(called, {})]),
				settings: { saveDataErrorExecution: 'none', saveDataSuccessExecution: 'none' },
			});
			const outer = await importCaller(callOf(between.id, {}));
			refuse(bed.sandbox, person);
			const failed = await bed.api.run(outer, 'Start');
			expect(paidFor(bed.sandbox)).toEqual(PEOPLE.slice(0, PEOPLE.indexOf(person)));
			const [failedCall] = await bed.api.executions(called);
			return { failed, failedCall: failedCall! };
		}

		async function nested() {
			const { called } = await callerAndCalled();
			return await failedThrough(called.id, 'Dee');
		}

		it('gets what was made in its own retry', async () => {
			const { failed, failedCall } = await nested();
			expect((await bed.api.retry(failedCall.id)).status).toBe('success');

			expect((await bed.api.retry(failed.id)).status).toBe('success');

			expect(paidFor(bed.sandbox)).toEqual(PEOPLE);
		});

		it('gets what was made in a retry of another one in between', async () => {
			const { api, sandbox } = bed;
			const { called } = await callerAndCalled();
			const second = await importCalled(workflow('Second', [calledStart(), callOf(called.id, {})]));
			const { failed, failedCall } = await failedThrough(second.id, 'Ben');

			expect((await api.retry(failedCall.id)).status).toBe('success');
			expect(paidFor(sandbox)).toEqual(PEOPLE);
			expect((await api.retry(failed.id)).status).toBe('success');
			expect(paidFor(sandbox)).toEqual(PEOPLE);
		});

		it('makes nothing again in its own retry, after the caller’s', async () => {
			const { failed, failedCall } = await nested();
			expect((await bed.api.retry(failed.id)).status).toBe('success');

			expect((await bed.api.retry(failedCall.id)).status).toBe('success');

			expect(paidFor(bed.sandbox)).toEqual(PEOPLE);
		});
	});

	it('by its error output: the failed call takes over what the next one has made', async () => {
		const { api, sandbox } = bed;
		const { called } = await callerAndCalled();
		const call = (name: string, onError?: 'continueErrorOutput') => ({
			...callOf(called.id, {}),
			id: name,
			name,
			onError,
		});
		const caller = await api.importWorkflow(
			withRows(
				workflow(
					'Caller',
					[start(), call('Call', 'continueErrorOutput'), call('Again')],
					[
						['Start', 0, 'Call'],
						['Call', 1, 'Again'],
					],
				),
				rowsOf(PEOPLE),
			),
		);
		refuse(sandbox, 'Ada');
		// n8n hands on the first item only.
		expect((await api.run(caller, 'Start')).status).toBe('success');
		expect(paidFor(sandbox)).toEqual(['Ada']);

		const failed = (await api.executions(called.id)).find(({ status }) => status === 'error');
		expect((await api.retry(failed!.id)).status).toBe('success');
		expect(paidFor(sandbox)).toEqual(PEOPLE);
	});

	it('and says in its own error whose Retry keeps the jobs', async () => {
		const { api, sandbox } = bed;
		const { called, caller } = await callerAndCalled();
		refuse(sandbox, 'Dee');
		await api.run(caller, 'Start');

		const [summary] = await api.executions(called.id);
		const { description } = (await api.execution(summary!.id)).data.resultData.error!;

		expect(description).toContain(`select execution ${summary!.id} of the sub-workflow`);
		expect((await api.retry(summary!.id)).status).toBe('success');
		expect(paidFor(sandbox)).toEqual(PEOPLE);
	});

	it('asks about a lost answer, also after a retry that did not come to it', async () => {
		const { api, sandbox } = bed;
		const { called, caller } = await callerAndCalled();
		sandbox.setScript(() => ({ outcome: 'never' }));
		lose(sandbox, 'Ben');
		const failed = await api.run(caller, 'Start');
		sandbox.finish(sandbox.jobs[0]!.id, { outcome: 'error' });
		const [asking] = await api.executions(called.id);
		refuse(sandbox, 'Ada');
		const answer = await api.retry(asking!.id);
		expect(answer.data.resultData.error!.message).toMatch(/^Magic Hour refused/);
		expect(answer.data.resultData.error!.description).toContain(
			`select execution ${answer.id} of the sub-workflow and choose Retry`,
		);

		const retried = await api.retry(failed.id);

		expect(JSON.stringify(retried.data.resultData.error)).toContain('The job may exist');
		expect(paidFor(sandbox).filter((person) => person === 'Ben')).toHaveLength(1);
	});

	it('asks, if its node was edited since, and names the jobs before', async () => {
		const { api, sandbox } = bed;
		const { called, caller } = await callerAndCalled();
		refuse(sandbox, 'Ben');
		const failed = await api.run(caller, 'Start');
		expect(paidFor(sandbox)).toEqual(['Ada']);
		const edited = withChanged(called, { parameters: { ...oneByOne, endSeconds: 3 } });
		const saved = await api.save(edited);
		if (bed.run.target === '2.x') await api.publish(saved);

		await api.retry(failed.id);

		const [asking] = await api.executions(called.id);
		const { message, description } = (await api.execution(asking!.id)).data.resultData.error!;
		expect(message).toMatch(/^The job may exist: .* made jobs for other requests$/);
		expect(description).toContain(sandbox.jobs[0]!.id);
		expect(paidFor(sandbox)).toEqual(['Ada']);
		expect((await api.retry(asking!.id)).status).toBe('success');
		expect((await api.retry(failed.id)).status).toBe('success');
		expect(paidFor(sandbox)).toEqual(['Ada', ...PEOPLE]);
	});
});
