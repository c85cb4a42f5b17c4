import type { Service } from '../../../../n8n/listen.cts';
import type { Execution, StoredWorkflow } from '../../../../n8n/rest.cts';
import { useServerBed } from '../../serverBed.cts';
import { lipSync, node, outputJson, start, withRows, workflow } from '../../workflow.cts';
import {
	failedAt,
	failingRows,
	oneByOne,
	paidFor,
	PEOPLE,
	refuse,
	withChanged,
} from './people.cts';

/**
 * A node is deleted and put back under its name, with all its fields: to n8n it is another one. A retry with the original workflow
 * runs the first, and a retry with the saved workflow the second.
 */

const bed = useServerBed();
const services: Service[] = [];
afterAll(async () => {
	for (const service of services) await service.stop();
});

const replace = async (stored: StoredWorkflow) =>
	await bed.api.save(withChanged(stored, { id: 'another' }));

const withOriginal = async ({ id }: Execution) => await bed.api.retry(id);
const withSaved = async ({ id }: Execution) => await bed.api.retry(id, { loadWorkflow: true });

function expectAsked({ data }: Execution, paid: string[]): void {
	expect(data.resultData.error!.message).toMatch(/^The job may exist: /);
	expect(paidFor(bed.sandbox)).toEqual(paid);
}

function expectAll(retried: Execution): void {
	expect(paidFor(bed.sandbox)).toEqual(PEOPLE);
	expect(outputJson(retried, 'Lip Sync').map(({ name }) => name)).toEqual(PEOPLE);
}

/** Runs into a failure before Create. Its retries get there. */
async function failedBefore() {
	const { api, credentials } = bed;
	const { rows, service } = await failingRows();
	services.push(service);
	const nodes = [start(), rows, lipSync(oneByOne, { credentials })];
	const stored = await api.importWorkflow(workflow('Rows, then jobs', nodes));
	const failed = await api.run(stored, 'Start');
	expect(failed.status).toBe('error');
	return { stored, failed };
}

describe('A node that was deleted and put back before a retry', () => {
	it('asks, and keeps the jobs', async () => {
		const { failed, stored } = await failedAt('Dee', bed);
		await replace(stored);

		const asking = await withSaved(failed);

		expectAsked(asking, ['Ada', 'Ben', 'Cem']);
		expectAll(await withSaved(asking));
	});

	it('asks each time the first execution is retried, where a retry before has made jobs', async () => {
		const { failed, stored } = await failedAt('Ben', bed);
		expectAll(await withOriginal(failed));
		await replace(stored);

		expectAsked(await withSaved(failed), PEOPLE);
		expectAsked(await withSaved(failed), PEOPLE);
	});

	it('asks each time, also where the question before was told to nobody', async () => {
		const { failed, stored } = await failedAt('Ben', bed);
		expectAll(await withOriginal(failed));
		const silent = { id: 'another', onError: 'continueRegularOutput' as const };
		const replaced = { ...stored, ...(await bed.api.save(withChanged(stored, silent))) };
		expect((await withSaved(failed)).status).toBe('success');
		await bed.api.save(withChanged(replaced, { onError: 'stopWorkflow' }));

		expectAsked(await withSaved(failed), PEOPLE);
	});

	it('asks each of two retries at the same moment', async () => {
		const { failed, stored } = await failedAt('Ben', bed);
		expectAll(await withOriginal(failed));
		await replace(stored);

		const both = await Promise.all([withSaved(failed), withSaved(failed)]);

		for (const each of both) expectAsked(each, PEOPLE);
	});

	it('asks, if a retry made jobs before that', async () => {
		const { failed, stored } = await failedAt('Ben', bed);
		refuse(bed.sandbox, 'Dee');
		expect((await withOriginal(failed)).status).toBe('error');
		await replace(stored);

		expectAsked(await withSaved(failed), ['Ada', 'Ben', 'Cem']);
	});

	it('leaves its jobs to the node that it replaced, and gets those that one makes', async () => {
		const { sandbox } = bed;
		const { failed, stored } = await failedAt('Ben', bed);
		await replace(stored);
		const asking = await withSaved(failed);
		refuse(sandbox, 'Cem');
		const second = await withSaved(asking);
		expect(paidFor(sandbox)).toEqual(['Ada', 'Ben']);

		refuse(sandbox, 'Dee');
		const third = await withOriginal(failed);
		expect(third.status).toBe('error');
		expect(paidFor(sandbox)).toEqual(['Ada', 'Ben', 'Cem']);

		expectAll(await withSaved(second));
		expectAll(await withOriginal(failed));
		expectAll(await withOriginal(second));
		expectAll(await withSaved(asking));
	});

	it('leaves them also to a later retry that knew nothing of the other one', async () => {
		const { sandbox } = bed;
		const { failed, stored } = await failedAt('Ben', bed);
		refuse(sandbox, 'Cem');
		const first = await withOriginal(failed);
		expect(paidFor(sandbox)).toEqual(['Ada', 'Ben']);
		await replace(stored);
		const asking = await withSaved(failed);
		expectAsked(asking, ['Ada', 'Ben']);
		expect((await withSaved(asking)).status).toBe('success');
		// The answer may have cost another job for Ben.
		const paid = paidFor(sandbox);

		expect((await withOriginal(first)).status).toBe('success');

		expect(paidFor(sandbox)).toEqual(paid);
	});

	it('asks, while a retry with the other one makes jobs', async () => {
		const { sandbox } = bed;
		const { failed, stored } = await failedAt('Ben', bed);
		await replace(stored);
		const asking = await withSaved(failed);

		const [saved, original] = await Promise.all([withSaved(asking), withOriginal(failed)]);

		expect(paidFor(sandbox)).toEqual(PEOPLE);
		expect([saved.status, original.status].sort()).toEqual(['error', 'success']);
	});

	it.each([
		['the saved workflow, then with the original one', withSaved, withOriginal],
		['the original workflow, then with the saved one', withOriginal, withSaved],
	])(
		'asks, where the first execution failed before it, and then finds the jobs, retried with %s',
		async (_, one, other) => {
			const { stored, failed } = await failedBefore();
			await replace(stored);
			refuse(bed.sandbox, 'Ben');
			const first = await one(failed);
			expect(first.data.resultData.error!.message).toMatch(/^Magic Hour refused/);

			const asking = await other(failed);

			expectAsked(asking, ['Ada']);
			expectAll(await one(first));
			expectAll(await other(failed));
		},
	);

	it('asks, where it made no job at first, and the other node did', async () => {
		const { stored, failed } = await failedBefore();
		await replace(stored);
		refuse(bed.sandbox, 'Ada');
		const first = await withSaved(failed);
		expect(first.data.resultData.error!.message).toMatch(/^Magic Hour refused/);
		expectAll(await withOriginal(failed));

		expectAsked(await withOriginal(first), PEOPLE);
	});

	it('finds what the other node has made since it asked', async () => {
		const { sandbox } = bed;
		const { failed, stored } = await failedBefore();
		await replace(stored);
		refuse(sandbox, 'Ben');
		const others = await withSaved(failed);
		expect(paidFor(sandbox)).toEqual(['Ada']);
		const asking = await withOriginal(failed);
		expectAsked(asking, ['Ada']);
		// The retries of the other node's execution run that node, whatever the workflow is by now.
		expectAll(await withOriginal(others));

		expectAll(await withOriginal(asking));
	});

	it('finds the jobs, where it was only renamed', async () => {
		const { stored, failed } = await failedBefore();
		refuse(bed.sandbox, 'Ben');
		await withOriginal(failed);
		expect(paidFor(bed.sandbox)).toEqual(['Ada']);
		await bed.api.save({
			...withChanged(stored, { name: 'Renamed' }),
			connections: {
				...stored.connections,
				Rows: { main: [[{ node: 'Renamed', type: 'main', index: 0 }]] },
			},
		});

		const renamed = await withSaved(failed);

		expect(renamed.status).toBe('success');
		expect(paidFor(bed.sandbox)).toEqual(PEOPLE);
	});

	it('asks nothing, where a retry before it made no job', async () => {
		const { failed } = await failedBefore();
		refuse(bed.sandbox, 'Ada');
		expect((await withOriginal(failed)).data.resultData.error!.message).toMatch(
			/^Magic Hour refused/,
		);

		expectAll(await withOriginal(failed));
	});

	describe('beside a node Remove Duplicates, whose scope is the workflow', () => {
		const only = (logic: string, value: object) =>
			node(
				'Only New Ones',
				'n8n-nodes-base.removeDuplicates',
				{
					operation: 'removeItemsSeenInPreviousExecutions',
					logic,
					...value,
					options: { scope: 'workflow' },
				},
				{ typeVersion: 2 },
			);

		async function failedBehind(before: ReturnType<typeof node>) {
			const { api, sandbox, credentials } = bed;
			const nodes = [start(), before, lipSync(oneByOne, { credentials })];
			const rows = PEOPLE.map((person, number) => ({ person, number }));
			const stored = await api.importWorkflow(withRows(workflow('Only new ones', nodes), rows));
			refuse(sandbox, 'Ben');
			const failed = await api.run(stored, 'Start');
			await replace(stored);
			const asking = await withSaved(failed);
			expectAsked(asking, ['Ada']);
			return { stored, failed, asking };
		}

		it('forgets none of that one’s items', async () => {
			const { stored, failed, asking } = await failedBehind(
				only('removeItemsWithAlreadySeenKeyValues', { dedupeValue: '={{ $json.person }}' }),
			);
			refuse(bed.sandbox, 'Dee');
			await withSaved(asking);
			expectAll(await withOriginal(failed));

			const again = await bed.api.run(stored, 'Start');
			expect(outputJson(again, 'Only New Ones')).toEqual([]);
			expect(paidFor(bed.sandbox)).toEqual(PEOPLE);
		});

		it('asks each time where n8n keeps no marks beside that one’s value', async () => {
			const { failed, asking } = await failedBehind(
				only('removeItemsUpToStoredIncrementalKey', {
					incrementalDedupeValue: '={{ $json.number }}',
				}),
			);
			expectAsked(await withSaved(failed), ['Ada']);
			expectAll(await withSaved(asking));
		});
	});
});
