import { Container } from '@n8n/di';
import fc from 'fast-check';
import { BinaryDataService } from 'n8n-core';
import type { INode, IRun, IRunExecutionData } from 'n8n-workflow';

import { storedForRetry } from '../../engine/retry.cts';
import type { Endpoint, FaultAction } from '../../sandbox/index.cts';
import { draw, SEED } from '../support/draw.cts';
import { Marks } from '../support/marks.cts';
import { AUDIO, EngineBed, type Item, type Ran, VIDEO, workflowOf } from './engineBed.cts';
import { FILES } from '../support/sources.cts';

/**
 * Paid once: whatever one request meets with, wherever in the batch, however the node is set, no item ever has
 * two jobs, and no job id that the API gave away is lost.
 *
 * Every request meets every fault at every place. How the node is set, and what else is true of the execution, is
 * drawn for each by `SEED`, and changes from run to run; with `CASES=all`, every setting is tried.
 */

const REQUESTS: Endpoint[] = ['uploadUrls', 'upload', 'createLipSync', 'getProject', 'download'];

const FAULTS: Record<string, FaultAction> = {
	'status 429': { status: 429, body: { message: 'Slow down' }, headers: { 'retry-after': '0' } },
	'status 502': { status: 502, body: 'Bad Gateway' },
	'status 503': { status: 503, body: { message: 'Unavailable' } },
	'status 500': { status: 500, body: { message: 'Oops' } },
	'status 400': { status: 400, body: { message: 'Refused' } },
	'a reset before the request': 'resetBefore',
	'a reset after the request': 'reset',
	'no answer': 'hang',
	'a garbage body': 'garbage',
	'an empty body': 'empty',
	'truncated JSON': 'truncated',
};

/** Faults after which a creation is sent again; after all others it is not known whether there is a job. */
const CERTAINLY_NO_JOB = ['status 429', 'status 502', 'status 503'];

const SETTINGS: Array<Partial<INode>> = [
	{},
	{ onError: 'continueRegularOutput' },
	{ onError: 'continueErrorOutput' },
	{ retryOnFail: true, maxTries: 3, waitBetweenTries: 1 },
	{ retryOnFail: true, maxTries: 3, waitBetweenTries: 1, onError: 'continueRegularOutput' },
	{ retryOnFail: true, maxTries: 3, waitBetweenTries: 1, onError: 'continueErrorOutput' },
];

/** The settings that a case is tried with. */
const settingsFor = (purpose: string) =>
	process.env.CASES === 'all' ? SETTINGS : [draw(fc.constantFrom(...SETTINGS), purpose)];

/** What else n8n may do between two tries. */
const WAYS = [
	'nothing else',
	'its files came with a webhook, and n8n renames them when the execution ends',
	'an expression reads differently in each execution',
	'the original is retried again after its retry',
] as const;
type Way = (typeof WAYS)[number];

const wayFor = (purpose: string): Way => draw(fc.constantFrom(...WAYS), `way ${purpose}`);

const parametersFor = (way: Way): INode['parameters'] =>
	way === WAYS[2]
		? { ...PARAMETERS, startSeconds: '={{ Number($execution.id) % 9 / 100 }}' }
		: PARAMETERS;

async function itemsFor(way: Way, count: number): Promise<Item[]> {
	const input = itemsWithFiles(count);
	if (way !== WAYS[1]) return input;
	for (const { binary } of input) {
		for (const [field, file] of Object.entries(binary!)) {
			const location = { type: 'execution', workflowId: 'workflow', executionId: 'temp' } as const;
			const content = Buffer.from(file.data, 'base64');
			binary![field] = await Container.get(BinaryDataService).store(location, content, file);
		}
	}
	return input;
}

/** What n8n has stored of a run, with the names that its files have by then. */
async function storedIn(way: Way, run: IRun): Promise<IRunExecutionData> {
	const stored = storedForRetry(run);
	if (way !== WAYS[1]) return stored;
	const text = JSON.stringify(stored);
	const before = new Set(text.match(/workflows\/workflow\/executions\/temp\/binary_data\/[\w-]+/g));
	const renamed = (name: string) => name.replace('/temp/', '/1/');
	for (const name of before) await Container.get(BinaryDataService).rename(name, renamed(name));
	return JSON.parse(text.replaceAll('/executions/temp/', '/executions/1/')) as IRunExecutionData;
}

const PARAMETERS: INode['parameters'] = {
	...FILES,
	clipEnd: 'seconds',
	endSeconds: 1,
	output: 'videoFile',
	options: {
		name: '={{ $json.name }}',
		pollInterval: 0.05,
		timeoutMinutes: 1,
		parallelRequests: 1,
	},
};

/** Items with files of their own, so that each is uploaded. */
const itemsWithFiles = (count: number): Item[] =>
	Array.from({ length: count }, (_, index) => {
		const own = (file: Buffer) =>
			Buffer.concat([file.subarray(0, 1000), Buffer.from(`item ${index}`)]).toString('base64');
		return {
			json: { name: `item ${index}` },
			binary: {
				video: { data: own(VIDEO), mimeType: 'video/mp4', fileExtension: 'mp4' },
				audio: { data: own(AUDIO), mimeType: 'audio/mpeg', fileExtension: 'mp3' },
			},
		};
	});

beforeAll(async () => await new Marks().use());

describe.each(REQUESTS)(`when a request to %s (SEED=${SEED}) meets with`, (endpoint) => {
	let bed: EngineBed;
	beforeAll(async () => (bed = await EngineBed.start({ queueSeconds: 0, renderSeconds: 0.02 })));
	afterAll(async () => await bed.stop());

	const jobsPerItem = () => {
		const counts = new Map<string, number>();
		for (const { request } of bed.sandbox.jobs) {
			counts.set(request.name!, (counts.get(request.name!) ?? 0) + 1);
		}
		return counts;
	};

	/** Ids of jobs whose creation was answered as the contract says. */
	const idsGivenAway = (spoilt: boolean) => {
		const ids = bed.sandbox.jobs.map(({ id }) => id);
		// A spoilt answer to a creation is the one of the first or the third job.
		return spoilt ? ids.filter((_, index) => index !== faultyJob) : ids;
	};
	let faultyJob = -1;

	const expectNothingLost = (ran: Ran, spoilt: boolean) => {
		for (const id of idsGivenAway(spoilt)) expect(ran.stored).toContain(id);
	};

	describe.each(Object.entries(FAULTS))('%s', (name, action) => {
		const doubtful =
			endpoint === 'createLipSync' && !CERTAINLY_NO_JOB.includes(name) && name !== 'status 400';
		const passes =
			endpoint === 'createLipSync'
				? CERTAINLY_NO_JOB.includes(name)
				: name !== 'status 400' || endpoint === 'getProject' || endpoint === 'download';

		describe.each([
			['a single item', 1, 0],
			['the third of six items', 6, 2],
		])('at %s', (place, count, skip) => {
			it.each(settingsFor(`${endpoint} ${name} ${place}`))('%j', async (settings) => {
				const { sandbox } = bed;
				sandbox.reset();
				faultyJob = skip;
				sandbox.fail({ on: endpoint, action, skip });
				const way = wayFor(`${endpoint} ${name} ${place} ${JSON.stringify(settings)}`);
				const workflow = workflowOf(await itemsFor(way, count), parametersFor(way), settings);
				const ran = await bed.run(workflow);

				expect(Math.max(0, ...jobsPerItem().values())).toBeLessThanOrEqual(1);
				expectNothingLost(ran, doubtful);
				const outputs = [...ran.json(0), ...ran.json(1)];
				if (passes) {
					expect(ran.error).toBeUndefined();
					expect(outputs.map(({ status }) => status)).toEqual(Array(count).fill('complete'));
					expect(sandbox.jobs).toHaveLength(count);
					return;
				}
				const continues = settings.onError !== undefined;
				// A refusal is over when a second try comes; a doubt stays for as long as the execution runs.
				const isOver = settings.retryOnFail === true && !doubtful && (!continues || count === 1);
				if (isOver) {
					expect(ran.error).toBeUndefined();
					expect(sandbox.jobs).toHaveLength(count);
					return;
				}
				const problem = continues
					? String(outputs.find(({ error }) => error !== undefined)?.error)
					: ran.error!.message;
				expect(problem).toMatch(doubtful ? /^The job may exist: / : /^(Magic Hour|Could not) /);

				if (continues) {
					expect(outputs).toHaveLength(count);
					return;
				}
				// The person has looked, and retries the execution from n8n's list.
				const before = jobsPerItem();
				const resume = await storedIn(way, ran.run);
				const again = await bed.run(workflow, {
					mode: 'retry',
					resume: structuredClone(resume),
				});
				expect(again.error).toBeUndefined();
				expect(again.json().map(({ status }) => status)).toEqual(Array(count).fill('complete'));
				for (const [item, jobs] of jobsPerItem()) {
					const sentAgain = item === `item ${skip}` && doubtful ? 1 : 0;
					expect(jobs).toBeLessThanOrEqual(Math.max(1, (before.get(item) ?? 0) + sentAgain));
				}
				if (way !== WAYS[3]) return;
				const after = sandbox.jobs.length;
				await bed.run(workflow, { mode: 'retry', resume });
				expect(sandbox.jobs).toHaveLength(after);
			});
		});
	});
});

describe(`when no connection can be opened at all (SEED=${SEED})`, () => {
	let bed: EngineBed;
	beforeAll(async () => (bed = await EngineBed.start({ queueSeconds: 0, renderSeconds: 0.02 })));
	beforeEach(() => bed.sandbox.reset());
	afterAll(async () => await bed.stop());

	const nowhere = {
		credentials: { magicHourApi: { apiKey: 'key', baseUrl: 'http://127.0.0.1:1' } },
	};

	describe.each([
		['a single item', 1],
		['six items', 6],
	])('%s', (place, count) => {
		it.each(settingsFor(`no connection ${place}`))('%j', async (settings) => {
			const workflow = workflowOf(itemsWithFiles(count), PARAMETERS, settings);
			const ran = await bed.run(workflow, nowhere);
			const errors = [...ran.json(0), ...ran.json(1)].map(({ error }) => String(error));
			for (const message of ran.error ? [ran.error.message] : errors) {
				expect(message).toMatch(/no connection could be opened \(ECONNREFUSED\)/);
			}
			if (ran.error === undefined) {
				expect(errors).toHaveLength(count);
				return;
			}
			const again = await bed.run(workflow, {
				mode: 'retry',
				resume: storedForRetry(ran.run),
			});
			expect(again.json().map(({ status }) => status)).toEqual(Array(count).fill('complete'));
			expect(bed.sandbox.jobs).toHaveLength(count);
		});
	});
});
