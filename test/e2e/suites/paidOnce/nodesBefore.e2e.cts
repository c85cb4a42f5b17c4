import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import { url } from '../../../support/sources.cts';
import { currentRun } from '../../jest/run.cts';
import { listen, type Service } from '../../../../n8n/listen.cts';
import { useServerBed } from '../../serverBed.cts';
import { lipSync, node, outputJson, start, workflow } from '../../workflow.cts';
import { lose, oneByOne, paidFor, refuse } from './people.cts';

/**
 * An execution fails before it reaches Create. One retry makes jobs there and fails, and then the first execution is
 * retried once more: the nodes before Create run again, and may give something else.
 */

const bed = useServerBed();

/** Gives the rows of the workflow, or fails. */
let service: Service;
let answers: Array<IDataObject[] | 'failure'>;
beforeAll(async () => {
	service = await listen((_, response) => {
		const answer = answers.shift()!;
		response.writeHead(answer === 'failure' ? 500 : 200, { 'content-type': 'application/json' });
		response.end(JSON.stringify(answer));
	});
});
afterAll(async () => await service.stop());

const rows = () =>
	node('Rows', 'n8n-nodes-base.httpRequest', { url: service.url }, { typeVersion: 4.2 });

const person = (name: string, audio = `${name}.mp3`) => ({
	person: name,
	audio: `https://example.com/${audio}`,
});

/** Runs into the failure before Create, and retries: the first item gets its job, and Ben is refused. */
async function madeByItsRetry(nodes = createFromRows()) {
	const { api, sandbox } = bed;
	const stored = await api.importWorkflow(workflow('Rows, then jobs', [start(), rows(), ...nodes]));
	answers.unshift('failure');
	const original = await api.run(stored, 'Start');
	expect(original.status).toBe('error');
	refuse(sandbox, 'Ben');
	const first = await api.retry(original.id);
	expect(first.status).toBe('error');
	expect(paidFor(sandbox)).toEqual(['Ada']);
	return { original, first };
}

/** What goes into Create says nothing of the audio; that comes from a node before. */
const createFromRows = () => [
	node(
		'Person',
		'n8n-nodes-base.set',
		{ mode: 'raw', jsonOutput: '={{ { person: $json.person } }}', options: {} },
		{ typeVersion: 3.4 },
	),
	lipSync(
		{
			...oneByOne,
			audio: url("={{ $('Rows').item.json.audio }}"),
		},
		{ credentials: bed.credentials },
	),
];

const [ada, ben] = [person('Ada'), person('Ben')];

describe('The original execution, retried after a retry has made jobs', () => {
	it('gives the same requests their jobs, in another order and with a new row', async () => {
		const { api, sandbox } = bed;
		answers = [
			[ada, ben],
			[person('Cem'), ben, ada],
		];
		const { original } = await madeByItsRetry();

		const again = await api.retry(original.id);

		expect(outputJson(again, 'Lip Sync').map(({ name }) => name)).toEqual(['Cem', 'Ben', 'Ada']);
		expect(paidFor(sandbox)).toEqual(['Ada', 'Ben', 'Cem']);
	});

	it('gives the same requests their jobs also where two retries have made some', async () => {
		const { api, sandbox } = bed;
		const [cem, dee] = [person('Cem'), person('Dee')];
		answers = [
			[ada, ben],
			[cem, dee, ada],
			[ben, dee, ada, cem],
		];
		const { original } = await madeByItsRetry();
		refuse(sandbox, 'Dee');
		expect((await api.retry(original.id)).status).toBe('error');
		expect(paidFor(sandbox)).toEqual(['Ada', 'Cem']);

		const again = await api.retry(original.id);

		expect(outputJson(again, 'Lip Sync').map(({ name }) => name)).toEqual([
			'Ben',
			'Dee',
			'Ada',
			'Cem',
		]);
		expect(paidFor(sandbox)).toEqual(['Ada', 'Ben', 'Cem', 'Dee']);
	});

	it('leaves the items of that retry their jobs, and those that were made since', async () => {
		const { api, sandbox } = bed;
		answers = [
			[ada, ben],
			[ben, person('Cem'), ada],
		];
		const { original, first } = await madeByItsRetry();
		expect((await api.retry(original.id)).status).toBe('success');
		expect(paidFor(sandbox)).toEqual(['Ada', 'Ben', 'Cem']);

		const again = await api.retry(first.id);

		expect(outputJson(again, 'Lip Sync').map(({ name }) => name)).toEqual(['Ada', 'Ben']);
		expect(paidFor(sandbox)).toEqual(['Ada', 'Ben', 'Cem']);
	});

	it('makes a job that has failed once more, and not again for each retry', async () => {
		const { api, sandbox } = bed;
		answers = [
			[ada, ben],
			[ben, ada],
			[ada, ben],
		];
		sandbox.setScript(() => ({ outcome: 'error' }));
		const { original } = await madeByItsRetry();
		sandbox.setScript(() => ({}));
		expect((await api.retry(original.id)).status).toBe('success');
		expect(paidFor(sandbox)).toEqual(['Ada', 'Ada', 'Ben']);

		expect((await api.retry(original.id)).status).toBe('success');
		expect(paidFor(sandbox)).toEqual(['Ada', 'Ada', 'Ben']);
	});

	it('asks before it pays for another audio, and never delivers the job of the first', async () => {
		const { api, sandbox } = bed;
		const changed = [person('Ada', 'second.mp3'), ben];
		answers = [[ada, ben], changed, changed];
		const { original, first } = await madeByItsRetry();

		const asking = await api.retry(original.id);

		expect(paidFor(sandbox)).toEqual(['Ada']);
		const { message, description } = asking.data.resultData.error!;
		expect(message).toBe(`The job may exist: execution ${first.id} made jobs for other requests`);
		expect(description).toContain(sandbox.jobs[0]!.id);

		const told = await api.retry(asking.id);
		expect(told.status).toBe('success');
		expect(paidFor(sandbox)).toEqual(['Ada', 'Ada', 'Ben']);
	});

	it('asks about a creation that was lost after it had asked about another one', async () => {
		const { api, sandbox, credentials } = bed;
		answers = ['failure', [ada], [ada], [ada], [ada]];
		const stored = await api.importWorkflow(
			workflow('Rows, then jobs', [start(), rows(), lipSync(oneByOne, { credentials })]),
		);
		const original = await api.run(stored, 'Start');
		lose(sandbox, 'Ada');
		const first = await api.retry(original.id);
		const asking = await api.retry(original.id);
		expect(paidFor(sandbox)).toEqual(['Ada']);
		lose(sandbox, 'Ada');
		expect((await api.retry(first.id)).status).toBe('error');
		expect(paidFor(sandbox)).toEqual(['Ada', 'Ada']);

		const again = await api.retry(asking.id);

		expect(again.data.resultData.error!.message).toMatch(/^The job may exist: /);
		expect(paidFor(sandbox)).toEqual(['Ada', 'Ada']);
	});

	it('names an item whose own job may exist, when it asks about other requests', async () => {
		const { api, sandbox } = bed;
		answers = ['failure', [ada, ben], [ada, person('Eli')]];
		const nodes = [start(), rows(), ...createFromRows()];
		const continues = nodes.map((each) =>
			each.name === 'Lip Sync' ? { ...each, onError: 'continueRegularOutput' as const } : each,
		);
		const stored = await api.importWorkflow(workflow('Rows, then jobs', continues));
		const original = await api.run(stored, 'Start');
		lose(sandbox, 'Ada');
		expect((await api.retry(original.id)).status).toBe('success');
		expect(paidFor(sandbox)).toEqual(['Ada', 'Ben']);
		await api.save({ ...stored, nodes });

		const asking = await api.retry(original.id, { loadWorkflow: true });

		const { message, description } = asking.data.resultData.error!;
		expect(message).toContain('made jobs for other requests');
		expect(description).toContain('A job may exist for item 0 too');
		expect(paidFor(sandbox)).toEqual(['Ada', 'Ben']);
	});

	// n8n 1.x keeps files in the items, and so they are the same.
	const onlyIn2x = currentRun().target === '2.x' ? it : it.skip;

	onlyIn2x('asks before it pays for files that were loaded again', async () => {
		const { api, sandbox, run, credentials } = bed;
		const sample = join(run.files, 'talking-head.mp4');
		await copyFile(join(__dirname, '../../../../samples/talking-head.mp4'), sample);
		answers = [
			[ada, ben],
			[ada, ben],
		];
		const { original } = await madeByItsRetry([
			node('Read', 'n8n-nodes-base.readWriteFile', { fileSelector: sample, options: {} }),
			lipSync(
				{
					...oneByOne,
					video: { __rl: true, mode: 'file', value: 'data' },
					options: { ...oneByOne.options, name: "={{ $('Rows').item.json.person }}" },
				},
				{ credentials },
			),
		]);

		const asking = await api.retry(original.id);

		expect(asking.data.resultData.error!.message).toContain('The job may exist: ');
		expect(paidFor(sandbox)).toEqual(['Ada']);
	});
});
