import type { DeduplicationScope as Scope, IExecuteFunctions } from 'n8n-workflow';

import { Claim } from '../../../nodes/magicHour/jobs/claim.ts';
import type { Claimed } from '../../../nodes/magicHour/jobs/claimed.ts';
import { doubt, ExecutionMemory } from '../../../nodes/magicHour/jobs/memory.ts';
import type { AskedFor } from '../../../nodes/magicHour/jobs/memoryRecords.ts';
import { SECOND_LOOK } from '../../../nodes/magicHour/jobs/marks.ts';

/**
 * Who may create jobs, where an execution and its retries cannot see each other. n8n is a double: its 1.x cannot be
 * had beside 2.x in one process, and two processes cannot be had in one.
 */

const order = (fingerprint: string, written: string) => ({
	fingerprint,
	written,
	account: 'whose',
});
const WHAT = order('what', 'how');

interface Run {
	id: string | undefined;
	mode?: string;
	/** Milliseconds since the epoch; some n8n 1.x do not tell. */
	began?: number;
	runIndex?: number;
	/** What n8n has stored of the execution before, as JSON. */
	stored?: string;
	/** Another one is another process. */
	workflow?: string;
	/** The id of the node. */
	node?: string;
	/** Whether its errors are for the next nodes only. */
	continues?: true;
	/** Old versions of n8n keep no marks. */
	keepsMarks?: false;
	/** The execution that has called the workflow. */
	caller?: { id: string; began?: number; calledBy?: string };
	/** What its items ask for, before and after their expressions are worked out; one item that asks for a video. */
	wants?: Array<[fingerprint: string, written: string]>;
}

// Who comes second is told apart by the order of things, not by time.
beforeAll(() => void (SECOND_LOOK.seconds = 0.01));

/** n8n's database. */
let marks: Set<string>;
let executions: Map<string, string>;
let callers: Map<string, NonNullable<Run['caller']>>;
/** The errors of stored executions that have failed. */
let failed: Map<string, object>;
/** Executions that n8n has not stored. */
let unsaved: Set<string>;
/** When stored executions began. */
let beganAt: Map<string, number>;
let failures: number;
beforeEach(() => {
	unsaved = new Set();
	beganAt = new Map();
	marks = new Set();
	executions = new Map();
	callers = new Map();
	failed = new Map();
	failures = 0;
});

/** As n8n does: all are read, and all are written back. */
async function record(values: string[], owner: string) {
	if (failures-- > 0) throw new Error('duplicate key value violates unique constraint');
	const read = new Set(marks);
	await Promise.resolve();
	marks = new Set([...read, ...values.map((value) => `${owner} ${value}`)]);
	return { new: [], processed: values.filter((value) => read.has(`${owner} ${value}`)) };
}

/** A run of the node that asks whether it may create. */
class NodeRun {
	private readonly context: object;
	private readonly orders: Map<number, AskedFor>;
	readonly memory: ExecutionMemory;
	readonly claim: Claim;

	constructor(run: Run) {
		if (run.caller !== undefined) callers.set(run.id!, run.caller);
		const { id, mode = 'webhook', began, runIndex = 0, stored = '{}', workflow = 'w' } = run;
		const { node = 'n' } = run;
		const owner = (scope: Scope) => (scope === 'node' ? node : 'workflow');
		this.context = JSON.parse(stored) as object;
		const ctx = {
			getContext: () => this.context,
			getExecutionId: () => id,
			getMode: () => mode,
			getNode: () => ({ id: node, name: 'Lip Sync', type: 'lipSync', parameters: {} }),
			getWorkflow: () => ({ id: workflow }),
			getWorkflowDataProxy: () => ({ $runIndex: runIndex }),
			...(began !== undefined && {
				getExecutionContext: () => ({ establishedAt: began, parentExecutionId: run.caller?.id }),
			}),
			getExecutionDataById: async (other: string) => {
				if (unsaved.has(other)) return undefined;
				const context = executions.get(other);
				const caller = callers.get(other);
				const contextData =
					context === undefined ? {} : { 'node:Lip Sync': JSON.parse(context) as object };
				return {
					executionData: {
						contextData,
						nodeExecutionStack: [],
						runtimeData: { establishedAt: beganAt.get(other) },
					},
					resultData: { error: failed.get(other), runData: {} },
					...(caller !== undefined && {
						parentExecution: {
							executionId: caller.id,
							executionContext: caller.began && {
								establishedAt: caller.began,
								parentExecutionId: caller.calledBy,
							},
						},
					}),
				};
			},
			helpers: {
				checkProcessedAndRecord:
					run.keepsMarks === false
						? undefined
						: async (values: string[], scope: Scope) => record(values, owner(scope)),
				removeProcessed: async (values: string[], scope: Scope) => {
					for (const value of values) marks.delete(`${owner(scope)} ${value}`);
				},
				getProcessedDataCount: async (scope: Scope) =>
					[...marks].filter((mark) => mark.startsWith(`${owner(scope)} `)).length,
			},
			continueOnFail: () => run.continues === true,
			getInputData: () => (run.wants ?? [['what', 'how']]).map(([, item]) => ({ json: { item } })),
			logger: { debug: () => undefined, warn: () => undefined },
		} as unknown as IExecuteFunctions;
		this.memory = new ExecutionMemory(ctx);
		this.claim = new Claim(ctx, this.memory, new AbortController().signal);
		const { wants = [] } = run;
		this.orders = new Map(wants.map((what, item) => [item, order(...what)]));
	}

	/** Asks for a job for an item, if it may. */
	async create(item = 0): Promise<Claimed> {
		const asked = this.orders.get(item) ?? WHAT;
		const claimed = await this.claim.take(new Map([...this.orders, [item, asked]]));
		const isNew = claimed.free && this.memory.recall(item, asked) === undefined;
		if (isNew) this.memory.rememberAsked(item, asked, 30);
		return claimed;
	}

	/** Asks for a job for an item, and gets it. */
	async createWell(item: number, id: string): Promise<void> {
		expect((await this.create(item)).free).toBe(true);
		this.memory.rememberCreated(item, { id, credits_charged: 30 });
	}

	/** What n8n stores when it ends. */
	async end(): Promise<string> {
		this.memory.leave(new Set());
		await this.claim.leave(false);
		return JSON.stringify(this.context);
	}
}

const isFree = async (run: Run) => (await new NodeRun(run).create()).free;

describe('where nothing is remembered, a run that has created is known', () => {
	it.each<[string, Run, Run, boolean]>([
		['by the same execution', { id: '1', began: 5 }, { id: '1', began: 5 }, false],
		['by the same execution, in an old n8n', { id: '1' }, { id: '1' }, false],
		['by a retry', { id: '1', began: 5 }, { id: '2', began: 5, mode: 'retry' }, false],
		[
			'by a retry at a run index that n8n made up',
			{ id: '1', began: 5 },
			{ id: '2', began: 5, mode: 'retry', runIndex: 1 },
			false,
		],
		['not by another one of the same moment', { id: '1', began: 5 }, { id: '2', began: 5 }, true],
		[
			'not by the retry of another one',
			{ id: '1', began: 5 },
			{ id: '2', began: 6, mode: 'retry' },
			true,
		],
		['not by a retry in an old n8n', { id: '1' }, { id: '2', mode: 'retry' }, true],
		[
			'not by an n8n that keeps no marks',
			{ id: '1', began: 5, keepsMarks: false },
			{ id: '1', began: 5, keepsMarks: false },
			true,
		],
		['not by a call without an execution', { id: undefined, began: 5 }, { id: undefined }, true],
	])('%s', async (_, first, second, free) => {
		expect(await isFree(first)).toBe(true);
		expect(await isFree(second)).toBe(free);
	});

	it('although another execution leaves the first mark of all at the same moment', async () => {
		failures = 1;
		expect(await isFree({ id: '1', began: 5 })).toBe(true);
		expect(await isFree({ id: '1', began: 5 })).toBe(false);
	});

	it('although the database is locked for some seconds', async () => {
		jest.useFakeTimers();
		failures = 4;
		const first = isFree({ id: '1', began: 5 });
		await jest.advanceTimersByTimeAsync(16_000);
		expect(await first).toBe(true);
		jest.useRealTimers();
		expect(await isFree({ id: '1', began: 5 })).toBe(false);
	});

	it('and nothing is created where no mark can be left', async () => {
		jest.useFakeTimers();
		failures = Infinity;
		const claim = new NodeRun({ id: '1', began: 5 }).create();
		await jest.advanceTimersByTimeAsync(16_000);
		jest.useRealTimers();
		expect(await claim).toMatchObject({
			free: false,
			failure: expect.stringContaining('duplicate'),
		});
	});
});

it('asks once where the node has run before in a retried execution, and nothing else is known', async () => {
	const retry = { began: 5, mode: 'retry', runIndex: 1 };
	const untold = new NodeRun({ id: '2', ...retry, continues: true });
	expect(await untold.create()).toEqual({ free: false });
	const asking = new NodeRun({ id: '3', ...retry, stored: await untold.end() });
	expect(await asking.create()).toEqual({ free: false });
	expect(await isFree({ id: '4', ...retry, stored: await asking.end() })).toBe(true);
});

describe('a doubt whether the job of an item exists is sent again by a retry', () => {
	const inDoubt = async (run: Run) => {
		const { claim, memory } = new NodeRun(run);
		const { byThisExecution, ...record } = memory.recall(0, WHAT)!;
		return byThisExecution || !(await claim.isAnswered(doubt(record), 0));
	};

	it.each([
		['once the error of the execution has told a person', 'told', false],
		['and not where On Error hid it', 'hidden', true],
	])('%s', async (_, how, asks) => {
		const first = new NodeRun({ id: '1', began: 5 });
		await first.create();
		if (how === 'told') first.memory.noteDoubtsTold();
		const stored = await first.end();

		expect(await inDoubt({ id: '1', began: 5, stored })).toBe(true);
		expect(await inDoubt({ id: '2', began: 5, mode: 'retry', stored })).toBe(asks);
	});
});

describe('an execution that continues', () => {
	it('creates in each turn of a loop, and in a retry that has its memory', async () => {
		const first = new NodeRun({ id: '1', began: 5 });
		await first.create();
		const stored = await first.end();
		const turn = new NodeRun({ id: '1', began: 5, runIndex: 1, stored });
		expect(await turn.create()).toEqual({ free: true, adopted: false });
		const retry = { id: '2', began: 5, mode: 'retry', stored: await turn.end() };
		expect(await isFree(retry)).toBe(true);
	});

	it('is known to have gone on, by who has an older state of it', async () => {
		const first = new NodeRun({ id: '1', began: 5 });
		await first.create();
		const stored = await first.end();
		await new NodeRun({ id: '1', began: 5, runIndex: 1, stored }).create();
		expect(await isFree({ id: '2', began: 5, mode: 'retry', stored })).toBe(false);
	});

	it('says nothing of itself where it created nothing', async () => {
		const run = new NodeRun({ id: '1', began: 5 });
		await run.create();
		run.memory.forget(0);
		await run.end();
		expect(await isFree({ id: '2', began: 5, mode: 'retry' })).toBe(true);
	});
});

describe('a retry that finds another one before it', () => {
	let stored: string;
	beforeEach(async () => {
		const original = new NodeRun({ id: '1', began: 5 });
		await original.create();
		stored = await original.end();
	});
	const retry = (id: string, more: Partial<Run> = {}) =>
		new NodeRun({ id, began: 5, mode: 'retry', stored, ...more });

	it('names it', async () => {
		await retry('20711').create(1);
		expect(await retry('20712').create(1)).toEqual({ free: false, by: '20711' });
	});

	it('continues from its memory, if it is stored', async () => {
		const other = retry('2');
		await other.create(1);
		other.memory.rememberCreated(1, { id: 'cm1', credits_charged: 30 });
		executions.set('2', await other.end());
		const third = retry('3');
		expect(await third.create(2)).toEqual({ free: true, adopted: true });
		expect(third.memory.recall(1, WHAT)).toMatchObject({ response: { id: 'cm1' } });
	});

	it('continues from the last of several', async () => {
		for (const id of ['2', '3', '4']) {
			const run = retry(id, id === '2' ? {} : { stored: executions.get(String(Number(id) - 1))! });
			await run.create(Number(id));
			executions.set(id, await run.end());
		}
		const fifth = retry('5');
		expect(await fifth.create(5)).toEqual({ free: true, adopted: true });
		expect(fifth.memory.recall(4, WHAT)).toBeDefined();
	});

	it('repeats its doubt, because a person may not have read it there', async () => {
		const other = retry('2');
		await other.create(1);
		executions.set('2', await other.end());
		const third = retry('3');
		await third.create(2);
		const record = third.memory.recall(1, WHAT)!;
		expect(record.state).toBe('asked');
		expect(await third.claim.isAnswered(doubt(record), 1)).toBe(false);
	});

	it('asks a person once, who then retries the one that asked', async () => {
		await retry('2').create(1);
		const third = retry('3');
		await third.create(1);
		const told = await third.end();
		expect(await isFree({ id: '4', began: 5, mode: 'retry', stored: told })).toBe(true);
		expect((await retry('5').create(1)).free).toBe(false);
	});

	it('asks again where the node is set to continue: its error was for the next nodes only', async () => {
		await retry('2').create(1);
		const asking = retry('3', { continues: true });
		expect((await asking.create(1)).free).toBe(false);
		const again = retry('4', { stored: await asking.end(), continues: true });
		expect((await again.create(1)).free).toBe(false);
	});

	describe('after a person answered the question in another retry', () => {
		beforeEach(async () => {
			await retry('2').create(1);
			const asking = retry('3');
			await asking.create(1);
			const answer = retry('4', { stored: await asking.end() });
			await answer.createWell(1, 'cm1');
			executions.set('4', await answer.end());
		});

		it('takes over what was made there', async () => {
			const another = retry('5');
			expect(await another.create(1)).toEqual({ free: true, adopted: true });
			expect(another.memory.recall(1, WHAT)).toMatchObject({ response: { id: 'cm1' } });
		});

		it('asks for an item that has no job there', async () => {
			const another = retry('5');
			expect(await another.create(2)).toEqual({ free: false, by: '2' });
			const told = retry('6', { stored: await another.end() });
			expect((await told.create(2)).free).toBe(true);
			expect(told.memory.recall(1, WHAT)).toMatchObject({ response: { id: 'cm1' } });
		});
	});

	it('asks again where the step that it asked about was given back, and a retry of the one that asked took it', async () => {
		const refused = retry('2');
		await refused.create(1);
		const asking = retry('3');
		expect(await asking.create(1)).toEqual({ free: false, by: '2' });
		refused.memory.forget(1);
		await refused.end();
		const told = await asking.end();
		await retry('4', { stored: told }).createWell(1, 'cm1');

		expect(await retry('5', { stored: told }).create(1)).toEqual({ free: false, by: '4' });
	});

	describe('where another one knew the retry that it has asked about', () => {
		/** What the other one remembers, and what the one that asks does. */
		let known: string;
		let told: string;
		beforeEach(async () => {
			const first = retry('2');
			await first.create(1);
			executions.set('2', await first.end());
			const knowing = retry('3');
			await knowing.create(1);
			known = await knowing.end();
			executions.delete('2');
			const asking = retry('4');
			expect(await asking.create(1)).toEqual({ free: false, by: '2' });
			told = await asking.end();
		});

		it('asks about the jobs that were made since in a retry of the other one', async () => {
			await retry('5', { stored: known }).create(2);

			expect(await retry('6', { stored: told }).create(1)).toEqual({ free: false, by: '5' });
		});

		it('asks about them also after its own answer was refused', async () => {
			const refused = retry('5', { stored: told });
			expect((await refused.create(1)).free).toBe(true);
			refused.memory.forget(1);
			const stored = await refused.end();
			await retry('6', { stored: known }).create(2);

			expect(await retry('7', { stored }).create(1)).toEqual({ free: false, by: '6' });
		});

		it('makes no jobs beside a retry of the other one at the same moment', async () => {
			const both = [retry('5', { stored: known }), retry('6', { stored: told })];
			const claims = await Promise.all(both.map(async (each) => each.create(2)));

			expect(claims.filter(({ free }) => free)).toHaveLength(1);
		});
	});

	it('asks again where two have asked, and both are retried', async () => {
		await retry('2').create(1);
		const asking = [retry('3'), retry('4')];
		for (const each of asking) expect(await each.create(1)).toEqual({ free: false, by: '2' });
		const [one, other] = await Promise.all(asking.map(async (each) => each.end()));
		await retry('5', { stored: one }).create(1);
		expect(await retry('6', { stored: other }).create(1)).toEqual({ free: false, by: '5' });
	});

	it('asks for the rest of that execution, Retry On Fail and later turns included', async () => {
		await retry('2').create(1);
		const third = retry('3');
		await third.create(1);
		const again = retry('3', { stored: await third.end(), runIndex: 1 });
		expect(await again.create(1)).toEqual({ free: false, by: '2' });
	});

	it.each([
		['in one process', 'w', 'w'],
		['in two processes, where n8n loses the marks of one', 'w', 'elsewhere'],
	])('at the same moment, %s: one of them creates', async (_, one, other) => {
		const claims = await Promise.all([
			retry('2', { workflow: one }).create(1),
			retry('3', { workflow: other }).create(1),
		]);
		expect(claims.map(({ free }) => free).sort()).toEqual([false, true]);
	});

	it('at the same moment as two more: one of them creates', async () => {
		const claims = await Promise.all(['2', '3', '4'].map(async (id) => retry(id).create(1)));
		expect(claims.map(({ free }) => free).sort()).toEqual([false, false, true]);
	});

	it('asks once where the node was deleted and put back, because its marks went with it', async () => {
		await retry('2').create(1);
		const asking = retry('3', { node: 'another' });
		expect(await asking.create(1)).toEqual({ free: false });
		const told = retry('4', { node: 'another', stored: await asking.end() });
		expect((await told.create(1)).free).toBe(true);
	});
});

describe('a retry that begins with a node before, like another one before it', () => {
	const retry = (id: string, wants: Run['wants']) =>
		new NodeRun({ id, began: 5, mode: 'retry', wants });

	beforeEach(async () => {
		const other = retry('2', [
			['a', 'item a'],
			['b', 'item b'],
		]);
		await other.createWell(0, 'cm-a');
		await other.createWell(1, 'cm-b');
		executions.set('2', await other.end());
	});

	it('gives each request its job, in whatever order the items come', async () => {
		const again = retry('3', [
			['c', 'item c'],
			['b', 'item b'],
			['a', 'item a'],
		]);
		expect(await again.create(0)).toEqual({ free: true, adopted: true });
		expect(again.memory.recall(1, order('b', 'item b'))).toMatchObject({
			response: { id: 'cm-b' },
		});
		expect(again.memory.recall(2, order('a', 'item a'))).toMatchObject({
			response: { id: 'cm-a' },
		});
	});

	it('gives each request its job also where two retries have made some, in different orders', async () => {
		const second = retry('3', [
			['c', 'item c'],
			['a', 'item a'],
			['b', 'item b'],
		]);
		await second.createWell(0, 'cm-c');
		executions.set('3', await second.end());

		const wants: Run['wants'] = [
			['d', 'item d'],
			['b', 'item b'],
			['c', 'item c'],
			['a', 'item a'],
		];
		const third = retry('4', wants);
		expect(await third.create(0)).toEqual({ free: true, adopted: true });
		const ids = [1, 2, 3].map((item) => third.memory.recall(item, order(...wants[item]!)));
		expect(ids).toMatchObject(['cm-b', 'cm-c', 'cm-a'].map((id) => ({ response: { id } })));
	});

	describe('and is followed by a retry of that other one, which has its items', () => {
		const wants: Run['wants'] = [
			['a', 'item a'],
			['b', 'item b'],
			['c', 'item c'],
		];
		const itemsOfTheOther = (stored: string) =>
			new NodeRun({ id: '4', began: 5, mode: 'retry', wants, stored });

		it('gives each request its job', async () => {
			const again = retry('3', [
				['c', 'item c'],
				['b', 'item b'],
				['a', 'item a'],
			]);
			await again.createWell(0, 'cm-c');
			executions.set('3', await again.end());

			const third = itemsOfTheOther(executions.get('2')!);
			expect(await third.create(2)).toEqual({ free: true, adopted: true });
			const ids = wants.map((want, item) => third.memory.recall(item, order(...want)));
			expect(ids).toMatchObject(
				['cm-a', 'cm-b', 'cm-c'].map((id) => ({ state: 'created', response: { id } })),
			);
		});

		it.each(['asked', 'failed'] as const)(
			'also for an item of which it knows “%s”',
			async (state) => {
				const other = new NodeRun({
					id: '2',
					began: 5,
					mode: 'retry',
					wants,
					stored: executions.get('2'),
				});
				await other.create(2);
				if (state === 'failed') other.memory.rememberFailed(2);
				executions.set('2', await other.end());
				const again = retry('3', [['c', 'item c'], ...wants.slice(0, 2)]);
				await again.create(0);
				again.memory.rememberAsked(0, order('c', 'item c'), 30);
				again.memory.rememberCreated(0, { id: 'cm-c', credits_charged: 30 });
				executions.set('3', await again.end());

				const third = itemsOfTheOther(executions.get('2')!);
				expect(await third.create(2)).toEqual({ free: true, adopted: true });
				expect(third.memory.recall(2, order(...wants[2]!))).toMatchObject({
					state: 'created',
					response: { id: 'cm-c' },
				});
			},
		);
	});

	it('delivers no job of another request, and asks before it makes a new one', async () => {
		const wants: Run['wants'] = [
			['new a', 'item a'],
			['b', 'item b'],
		];
		const again = retry('3', wants);
		expect(await again.create(0)).toEqual({ free: false, by: '2', jobs: ['cm-a'] });
		expect(again.memory.recall(0, order(...wants[0]!))).toBeUndefined();

		const stored = await again.end();
		const told = new NodeRun({ id: '4', began: 5, mode: 'retry', wants, stored });
		expect((await told.create(0)).free).toBe(true);
	});
});

describe('a workflow that another one calls', () => {
	const call = (id: string, more: Partial<Run> = {}) =>
		new NodeRun({
			id,
			began: Number(id),
			mode: 'integrated',
			caller: { id: '1', began: 5 },
			...more,
		});

	it('asks for what an earlier call was about to make, and names it', async () => {
		await call('20711').create();
		expect(await call('20712').create()).toEqual({ free: false, by: '20711' });
	});

	it('names all of them, also when it is tried again', async () => {
		const [a, b]: Array<NonNullable<Run['wants']>> = [[['a', 'item a']], [['b', 'item b']]];
		await call('7', { wants: a }).create();
		await call('8', { wants: b }).create();
		const both = call('9', { wants: [...a!, ...b!] });
		expect(await both.create()).toEqual({ free: false, by: '7, 8' });
		const again = call('9', { wants: [...a!, ...b!], stored: await both.end() });
		expect(await again.create()).toEqual({ free: false, by: '7, 8' });
	});

	it.each([
		['is handed something else', { wants: [['else', 'otherwise']] as Array<[string, string]> }],
		['is called by another execution', { caller: { id: '2', began: 6 } }],
	])('creates where it %s', async (_, more) => {
		await call('7').create();
		expect((await call('8', more).create()).free).toBe(true);
	});

	it.each<[string, Run['caller'], Run['caller']]>([
		['of the same execution', { id: '1', began: 5 }, { id: '1', began: 5 }],
		['of the same execution, in an old n8n', { id: '1' }, { id: '1' }],
		['of its retry', { id: '1', began: 5 }, { id: '2', began: 5 }],
	])('takes over what a stored call %s has made', async (_, caller, again) => {
		const first = call('7', { caller });
		await first.create();
		first.memory.rememberCreated(0, { id: 'cm1', credits_charged: 30 });
		executions.set('7', await first.end());
		failed.set('7', {});

		const second = call('8', { caller: again });
		expect(await second.create()).toEqual({ free: true, adopted: true });
		expect(second.memory.recall(0, WHAT)).toMatchObject({ response: { id: 'cm1' } });
	});

	it('takes over what an earlier call has made, whatever else the items have, and in whatever order', async () => {
		const first = call('7', {
			wants: [
				['a', 'item a at 1'],
				['b', 'item b at 1'],
			],
		});
		await first.createWell(0, 'cm-a');
		await first.createWell(1, 'cm-b');
		executions.set('7', await first.end());
		failed.set('7', {});

		const second = call('8', {
			wants: [
				['new', 'item new at 2'],
				['b', 'item b at 2'],
				['a', 'item a at 2'],
			],
		});
		expect(await second.create(0)).toEqual({ free: true, adopted: true });
		expect(second.memory.recall(1, order('b', ''))).toMatchObject({ response: { id: 'cm-b' } });
		expect(second.memory.recall(2, order('a', ''))).toMatchObject({ response: { id: 'cm-a' } });
	});

	describe('for the request of an earlier call, with other fields', () => {
		const wants = (at: number): Run['wants'] => [['a', `item a at ${at}`]];

		beforeEach(async () => {
			const first = call('7', { wants: wants(1) });
			await first.createWell(0, 'cm-a');
			executions.set('7', await first.end());
		});

		it('makes a job of its own, where its caller has got the other one', async () => {
			expect(await call('8', { wants: wants(2) }).create()).toEqual({ free: true, adopted: false });
		});

		it('takes that job over, where a retry of the caller calls', async () => {
			const again = call('8', { wants: wants(2), caller: { id: '2', began: 5 } });
			expect(await again.create()).toEqual({ free: true, adopted: true });
			expect(again.memory.recall(0, order('a', ''))).toMatchObject({ response: { id: 'cm-a' } });
		});
	});

	it('asks in each call, until a person retries one that has asked', async () => {
		await call('7').create();
		const asking = call('8');
		expect((await asking.create()).free).toBe(false);
		expect((await call('9', { caller: { id: '2', began: 5 } }).create()).free).toBe(false);

		const stored = await asking.end();
		const retry = call('10', { began: 8, mode: 'retry', stored });
		expect((await retry.create()).free).toBe(true);
		await retry.createWell(0, 'cm1');
		executions.set('10', await retry.end());

		const next = call('11', { caller: { id: '3', began: 5 } });
		expect(await next.create()).toEqual({ free: true, adopted: true });
		expect(next.memory.recall(0, WHAT)).toMatchObject({ response: { id: 'cm1' } });
	});

	it('was killed, and asks in its own retry, where the one between is not stored', async () => {
		const between = { id: '3', began: 6, calledBy: '1' };
		callers.set('3', { id: '1', began: 5 });
		await call('7', { caller: between }).create();
		unsaved.add('3');
		const retry = call('8', { began: 9, mode: 'retry', caller: between });
		expect((await retry.create()).free).toBe(false);
	});

	it('is known by whoever has begun it all, also past one that is not stored', async () => {
		callers.set('3', { id: '2', began: 6, calledBy: '1' });
		callers.set('2', { id: '1', began: 5 });
		beganAt.set('1', 5);
		await call('7', { caller: { id: '3', began: 8 } }).create();
		unsaved.add('2');
		callers.set('4', { id: '2', began: 6, calledBy: '1' });
		expect(await call('8', { caller: { id: '4', began: 9 } }).create()).toMatchObject({
			free: false,
			by: '7',
		});
	});

	it('is known by whoever has begun it all', async () => {
		callers.set('3', { id: '1', began: 5 });
		callers.set('4', { id: '2', began: 5 });
		await call('7', { caller: { id: '3', began: 8 } }).create();
		expect((await call('8', { caller: { id: '4', began: 9 } }).create()).free).toBe(false);
	});

	it('asks, where a workflow in between tries again, by itself or with its caller', async () => {
		for (const id of ['3', '4']) callers.set(id, { id: '1', began: 5 });
		callers.set('5', { id: '2', began: 5 });
		const isFreeUnder = async (caller: string, id: string) =>
			(await call(id, { caller: { id: caller, began: 8 } }).create()).free;

		expect(await isFreeUnder('3', '7')).toBe(true);
		expect(await isFreeUnder('4', '8')).toBe(false);
		expect(await isFreeUnder('5', '9')).toBe(false);
	});

	it('is retried itself, and takes over what a later call has made for the same request', async () => {
		const wants: Run['wants'] = [
			['a', 'item a'],
			['b', 'item b'],
		];
		const first = call('7', { wants });
		await first.createWell(0, 'cm-a');
		const stored = await first.end();
		executions.set('7', stored);
		failed.set('7', {});
		// An error output leads to another call: the items have the error in them.
		const withError: Run['wants'] = wants.map(([what, how]) => [what, `${how}, with an error`]);
		const second = call('8', { wants: withError });
		await second.createWell(1, 'cm-b');
		executions.set('8', await second.end());

		const caller = { id: '1', began: 5 };
		const again = new NodeRun({ id: '9', began: 7, mode: 'retry', stored, caller, wants });
		expect(await again.create(1)).toEqual({ free: true, adopted: true });
		expect(again.memory.recall(1, order('b', 'item b'))).toMatchObject({
			response: { id: 'cm-b' },
		});
	});

	it('tries again by itself', async () => {
		const first = call('7');
		await first.create();
		expect((await call('7', { stored: await first.end() }).create()).free).toBe(true);
	});

	it('says nothing of itself where it created nothing', async () => {
		const first = call('7');
		await first.create();
		first.memory.forget(0);
		await first.end();
		expect((await call('8').create()).free).toBe(true);
	});
});

it('asks for what was made after a person answered another retry, while its own execution still ran', async () => {
	const slow = new NodeRun({ id: '1', began: 5 });
	await slow.createWell(0, 'a');
	const asking = new NodeRun({ id: '2', began: 5, mode: 'retry' });
	expect(await asking.create()).toEqual({ free: false, by: '1' });
	const answer = { began: 5, mode: 'retry', stored: await asking.end() };
	await new NodeRun({ id: '3', ...answer }).createWell(0, 'b');

	const retry = new NodeRun({ id: '4', began: 5, mode: 'retry', stored: await slow.end() });

	expect(await retry.create(1)).toEqual({ free: false, by: '3' });
});

it('a retry of the one that asked continues from what is stored by then', async () => {
	const original = new NodeRun({ id: '1', began: 5 });
	await original.create();
	const stored = await original.end();
	const other = new NodeRun({ id: '2', began: 5, mode: 'retry', stored });
	await other.create(1);
	const asking = new NodeRun({ id: '3', began: 5, mode: 'retry', stored });
	expect(await asking.create(1)).toEqual({ free: false, by: '2' });
	other.memory.rememberCreated(1, { id: 'cm1', credits_charged: 30 });
	executions.set('2', await other.end());

	const told = new NodeRun({ id: '4', began: 5, mode: 'retry', stored: await asking.end() });
	expect(await told.create(2)).toEqual({ free: true, adopted: true });
	expect(told.memory.recall(1, WHAT)).toMatchObject({ response: { id: 'cm1' } });
});
