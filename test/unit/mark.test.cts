import type { IExecuteFunctions } from 'n8n-workflow';

import { leaveMark } from '../../nodes/magicHour/mark.ts';

/** A run of the node as the mark sees it. A double, because n8n 1.x cannot be had beside 2.x in one process. */
interface FakeRun {
	id: string;
	mode?: string;
	/** Milliseconds since the epoch; n8n 1.x does not tell. */
	began?: number;
	runIndex?: number;
}

describe('the mark that a run leaves', () => {
	let marks: Set<string>;
	let failures: number;
	beforeEach(() => {
		marks = new Set();
		failures = 0;
	});

	const record = async (values: string[]) => {
		if (failures-- > 0) throw new Error('duplicate key value violates unique constraint');
		const processed = values.filter((value) => marks.has(value));
		values.forEach((value) => marks.add(value));
		return { new: [], processed };
	};

	const leave = async ({ id, mode = 'webhook', began, runIndex = 0 }: FakeRun) =>
		await leaveMark({
			getExecutionId: () => id,
			getMode: () => mode,
			getWorkflowDataProxy: () => ({ $runIndex: runIndex }),
			...(began !== undefined && { getExecutionContext: () => ({ establishedAt: began }) }),
			helpers: { checkProcessedAndRecord: record },
			logger: { debug: () => undefined },
		} as unknown as IExecuteFunctions);

	it.each<[string, FakeRun, FakeRun, boolean]>([
		['by the same execution', { id: '1', began: 5 }, { id: '1', began: 5 }, true],
		['by the same execution, in n8n 1.x', { id: '1' }, { id: '1' }, true],
		['by a retry', { id: '1', began: 5 }, { id: '2', began: 5, mode: 'retry' }, true],
		[
			'not by a later turn of a loop',
			{ id: '1', began: 5 },
			{ id: '1', began: 5, runIndex: 1 },
			false,
		],
		['not by another one of the same moment', { id: '1', began: 5 }, { id: '2', began: 5 }, false],
		[
			'not by the retry of another one',
			{ id: '1', began: 5 },
			{ id: '2', began: 6, mode: 'retry' },
			false,
		],
		['not by a retry in n8n 1.x', { id: '1' }, { id: '2', mode: 'retry' }, false],
	])('is found %s', async (_, first, second, found) => {
		expect(await leave(first)).toBe(false);
		expect(await leave(second)).toBe(found);
	});

	it('is left although another execution leaves the first of all at the same moment', async () => {
		failures = 1;
		expect(await leave({ id: '1', began: 5 })).toBe(false);
		expect(await leave({ id: '1', began: 5 })).toBe(true);
	});

	it('holds up nobody where it cannot be left', async () => {
		failures = Infinity;
		expect(await leave({ id: '1', began: 5 })).toBe(false);
	});
});
