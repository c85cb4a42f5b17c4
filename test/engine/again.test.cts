import { setTimeout as sleep } from 'node:timers/promises';

import { storedForRetry } from '../../engine/retry.cts';
import {
	EngineBed,
	type Item,
	items,
	itemWithFiles,
	JOB,
	n8nLogger,
	node,
	NODE,
	VIDEO,
	WAITED_JOB,
	workflowOf,
} from './engineBed.cts';
import { startSandbox } from '../../sandbox/index.cts';
import { FILES, url } from '../support/sources.cts';

/** Whoever runs the node again, and why: the jobs that exist are kept, and only what is missing is made. */

const RETRY_ON_FAIL = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

/** The second of three items cannot be meant, which shows only when it is created. */
const REFUSED_SECOND = {
	...JOB,
	video: url('={{ $json.number === 1 ? "api-assets/gone/1.mp4" : "https://example.com/v.mp4" }}'),
};

describe('when the node runs again', () => {
	let bed: EngineBed;
	beforeAll(async () => (bed = await EngineBed.start()));
	beforeEach(() => {
		bed.sandbox.reset();
		bed.sandbox.setScript(() => ({}));
	});
	afterAll(async () => await bed.stop());

	/** Refuses the creation that comes after so many others. */
	const refuseAfter = (skip: number) =>
		bed.sandbox.fail({
			on: 'createLipSync',
			action: { status: 400, body: { message: 'Not now' } },
			skip,
		});

	const creations = () => bed.sandbox.requestsTo('createLipSync').length;

	describe('by Retry On Fail', () => {
		it('makes only the jobs that were not made before', async () => {
			refuseAfter(1);
			const ran = await bed.run(workflowOf(items(6), JOB, RETRY_ON_FAIL));
			expect(ran.error).toBeUndefined();
			expect(bed.sandbox.jobs).toHaveLength(6);
			expect(creations()).toBe(7);
			expect(new Set(ran.json().map(({ id }) => id)).size).toBe(6);
		});

		it("tells n8n's log of each job once, when it is made", async () => {
			const log = jest.spyOn(n8nLogger(), 'info').mockImplementation();
			refuseAfter(1);
			const ran = await bed.run(workflowOf(items(3), JOB, RETRY_ON_FAIL));
			const told = log.mock.calls.flatMap(([line]) => {
				const job = /^Magic Hour job (\S+) was created for item (\d) of execution \d+$/;
				const [, id, item] = job.exec(line as string) ?? [];
				return id === undefined ? [] : [[Number(item), id]];
			});
			log.mockRestore();
			expect(told.sort()).toEqual(ran.json().map(({ id }, index) => [index, id]));
		});

		it('pays six items once where one is refused each time', async () => {
			const refused = { ...REFUSED_SECOND, options: { parallelRequests: 6 } };
			const ran = await bed.run(workflowOf(items(6), refused, RETRY_ON_FAIL));
			expect(ran.error!.message).toContain('Magic Hour refused the request');
			expect(bed.sandbox.jobs.length).toBeLessThanOrEqual(5);
			expect(creations()).toBe(bed.sandbox.jobs.length + 3);
		});

		it('continues with a job that is rendering', async () => {
			bed.sandbox.setScript(() => ({ renderSeconds: 1 }));
			const impatient = {
				...WAITED_JOB,
				options: { pollInterval: 0.1, timeoutMinutes: 0.01 },
			};
			const ran = await bed.run(workflowOf(items(2), impatient, RETRY_ON_FAIL));
			expect(ran.json().map(({ status }) => status)).toEqual(['complete', 'complete']);
			expect(creations()).toBe(2);
		});

		it.each([['error'], ['canceled']] as const)(
			'makes a job again that ended in “%s”, because it was refunded',
			async (outcome) => {
				bed.sandbox.setScript((_, index) => ({ outcome: index === 1 ? outcome : 'complete' }));
				const ran = await bed.run(workflowOf(items(3), WAITED_JOB, RETRY_ON_FAIL));
				expect(ran.error).toBeUndefined();
				expect(bed.sandbox.jobs).toHaveLength(4);
				expect(ran.json().map(({ credits_charged }) => credits_charged)).toEqual([30, 30, 30]);
				expect(bed.sandbox.account.credits).toBe(1_000_000 - 90);
			},
		);

		it('does not send a creation again that may have gone through, and repeats the warning', async () => {
			bed.sandbox.fail({ on: 'createLipSync', action: 'reset' });
			const ran = await bed.run(workflowOf(items(1), JOB, RETRY_ON_FAIL));
			expect(creations()).toBe(1);
			expect(ran.error!.message).toBe(
				'The job may exist: an earlier try of this execution sent it and got no answer',
			);
			expect(ran.error!.description).toContain('https://magichour.ai/my-library');
		});

		it('takes an item for the same although its name has the time in it', async () => {
			refuseAfter(2);
			const timed = {
				...JOB,
				audio: url('=https://example.com/voice.mp3?at={{ $now.toMillis() }}-{{ Math.random() }}'),
				options: { name: '={{ $now.toISO() }}' },
			};
			await bed.run(workflowOf(items(3), timed, RETRY_ON_FAIL));
			expect(bed.sandbox.jobs).toHaveLength(3);
		});

		it('does not load a video again that n8n has already', async () => {
			bed.sandbox.setScript((_, index) =>
				index === 5 ? { outcome: 'error', renderSeconds: 1.5 } : { renderSeconds: 0 },
			);
			const loaded = {
				...WAITED_JOB,
				output: 'videoFile',
				options: { pollInterval: 0.05, parallelRequests: 1 },
			};
			const ran = await bed.run(workflowOf(items(6), loaded, RETRY_ON_FAIL));
			expect(ran.error).toBeUndefined();
			expect(bed.sandbox.requestsTo('download')).toHaveLength(6);
			for (const { binary } of ran.items()) {
				expect(await bed.engine.content(binary!.data!.id!)).toEqual(VIDEO);
			}
		});

		it('does not upload a file again that is there already', async () => {
			bed.sandbox.fail({ on: 'createLipSync', action: { status: 400, body: { message: 'No' } } });
			const ran = await bed.run(workflowOf([itemWithFiles()], { ...JOB, ...FILES }, RETRY_ON_FAIL));
			expect(ran.error).toBeUndefined();
			expect(bed.sandbox.requestsTo('uploadUrls')).toHaveLength(1);
			expect(bed.sandbox.requestsTo('upload')).toHaveLength(2);
		});
	});

	it('by an engine that takes a failed first item for a failed run, at no cost', async () => {
		const firstRefused = {
			...JOB,
			video: url(
				'={{ $json.number === 0 ? "api-assets/gone/1.mp4" : "https://example.com/v.mp4" }}',
			),
		};
		const settings = { ...RETRY_ON_FAIL, onError: 'continueRegularOutput' as const };
		const ran = await bed.run(workflowOf(items(3), firstRefused, settings));
		expect(bed.sandbox.jobs).toHaveLength(2);
		expect(creations()).toBe(3 + 2);
		expect(ran.json().map(({ id }) => id)).toEqual([
			undefined,
			...bed.sandbox.jobs.map(({ id }) => id),
		]);
	});

	describe('by a person who retries the failed execution', () => {
		it('makes only what was missing', async () => {
			refuseAfter(3);
			const workflow = workflowOf(items(6), { ...JOB, options: { parallelRequests: 1 } });
			const failed = await bed.run(workflow);
			expect(failed.status).toBe('error');
			expect(bed.sandbox.jobs).toHaveLength(3);

			const again = await bed.run(workflow, {
				mode: 'retry',
				resume: storedForRetry(failed.run),
			});
			expect(again.error).toBeUndefined();
			expect(again.json().map(({ id }) => id)).toEqual(bed.sandbox.jobs.map(({ id }) => id));
			expect(bed.sandbox.jobs).toHaveLength(6);
		});

		it('keeps jobs that have finished by then, and makes those again that have failed', async () => {
			bed.sandbox.setScript((_, index) => ({
				outcome: index === 1 ? 'error' : 'complete',
				renderSeconds: 0.9,
			}));
			const workflow = workflowOf(items(2), {
				...WAITED_JOB,
				options: { pollInterval: 0.1, timeoutMinutes: 0.005 },
			});
			const failed = await bed.run(workflow);
			expect(failed.error!.message).toContain('is not finished after');
			await sleep(1000);
			bed.sandbox.setScript(() => ({ renderSeconds: 0 }));

			const again = await bed.run(workflow, {
				mode: 'retry',
				resume: storedForRetry(failed.run),
			});
			expect(again.json().map(({ status }) => status)).toEqual(['complete', 'complete']);
			expect(bed.sandbox.jobs).toHaveLength(3);
		});

		it('sends a creation again that may have gone through: the person was told to look first', async () => {
			bed.sandbox.fail({ on: 'createLipSync', action: 'reset', effect: false });
			const workflow = workflowOf(items(1), JOB);
			const failed = await bed.run(workflow);
			expect(failed.error!.message).toContain('The job may exist');

			const again = await bed.run(workflow, {
				mode: 'retry',
				resume: storedForRetry(failed.run),
			});
			expect(again.json()[0]!.id).toBe(bed.sandbox.jobs[0]!.id);
		});

		it('asks once about a job that is gone, and then makes another one', async () => {
			refuseAfter(1);
			const workflow = workflowOf(items(2), {
				...WAITED_JOB,
				options: { ...WAITED_JOB.options, parallelRequests: 1 },
			});
			const failed = await bed.run(workflow);
			const { id } = bed.sandbox.jobs[0]!;
			bed.sandbox.fail({
				on: 'getProject',
				times: 99,
				action: { status: 404, body: { message: 'Not found' } },
				match: ({ path }) => path.endsWith(id),
			});

			const asking = await bed.run(workflow, {
				mode: 'retry',
				resume: storedForRetry(failed.run),
			});
			expect(asking.error!.message).toContain(`Job ${id} was deleted`);
			expect(asking.error!.description).toContain('choose Retry once more');

			const again = await bed.run(workflow, {
				mode: 'retry',
				resume: storedForRetry(asking.run),
			});
			expect(again.error).toBeUndefined();
			expect(again.json().map((json) => json.id)).not.toContain(id);
		});

		it('counts a job that is gone towards Max Credits', async () => {
			refuseAfter(1);
			const failed = await bed.run(workflowOf(items(2), WAITED_JOB));
			const { id, project } = bed.sandbox.jobs[0]!;
			bed.sandbox.fail({
				on: 'getProject',
				times: 99,
				action: { status: 404, body: { message: 'Not found' } },
				match: ({ path }) => path.endsWith(id),
			});
			// Enough for the item that was refused, and not for the other one once more.
			const maxCredits = 2 * project.credits_charged;
			const workflow = workflowOf(items(2), {
				...WAITED_JOB,
				options: { ...WAITED_JOB.options, maxCredits, parallelRequests: 1 },
			});
			const asking = await bed.run(workflow, {
				mode: 'retry',
				resume: storedForRetry(failed.run),
			});
			expect(asking.error!.message).toContain(`Job ${id} was deleted`);

			const again = await bed.run(workflow, {
				mode: 'retry',
				resume: storedForRetry(asking.run),
			});

			const paid = bed.sandbox.jobs.length * project.credits_charged;
			expect(paid).toBeLessThanOrEqual(maxCredits);
			expect(again.error!.message).toMatch(/and Max Credits is/);
		});

		it('says that a job is gone, and not whose it is, where a new key of the same account still sees it', async () => {
			refuseAfter(1);
			const workflow = workflowOf(items(2), { ...WAITED_JOB, options: { parallelRequests: 1 } });
			const failed = await bed.run(workflow);
			const { id, project } = bed.sandbox.jobs[0]!;
			bed.sandbox.fail({
				on: 'getProject',
				times: 99,
				action: { status: 200, body: { ...project, enabled: false } },
				match: ({ path }) => path.endsWith(id),
			});
			// Another base URL makes another account of it, as another key does.
			const baseUrl = bed.sandbox.url.replace('127.0.0.1', 'localhost');
			const credentials = { magicHourApi: { apiKey: bed.sandbox.apiKey, baseUrl } };

			const asking = await bed.run(workflow, {
				mode: 'retry',
				resume: storedForRetry(failed.run),
				credentials,
			});

			expect(asking.error!.message).toContain(`Job ${id} was deleted`);
		});

		it('asks once for all items whose jobs are in another account', async () => {
			const other = await startSandbox({ queueSeconds: 0, renderSeconds: 0 });
			const credentials = { magicHourApi: { apiKey: other.apiKey, baseUrl: other.url } };
			bed.sandbox.fail({
				on: 'createLipSync',
				action: { status: 402, body: { message: 'Too few credits' } },
				skip: 2,
			});
			const workflow = workflowOf(items(3), { ...WAITED_JOB, options: { parallelRequests: 1 } });
			const failed = await bed.run(workflow);
			expect(bed.sandbox.jobs).toHaveLength(2);

			const [first, second] = bed.sandbox.jobs.map(({ id }) => id);
			const resume = storedForRetry(failed.run);
			const asking = await bed.run(workflow, { mode: 'retry', resume, credentials });
			expect(asking.error!.message).toBe(`Job ${first} belongs to another account`);
			expect(asking.error!.description).toContain(`The same is true of: ${second}.`);
			expect(other.jobs).toHaveLength(0);

			const told = storedForRetry(asking.run);
			const again = await bed.run(workflow, { mode: 'retry', resume: told, credentials });
			expect(again.error).toBeUndefined();
			expect(other.jobs).toHaveLength(3);
			await other.close();
		});

		it('makes new jobs where the parameters were changed', async () => {
			refuseAfter(1);
			const parameters = { ...JOB, options: { parallelRequests: 1 } };
			const failed = await bed.run(workflowOf(items(2), parameters));
			const changed = workflowOf(items(2), { ...parameters, endSeconds: 2 });
			expect(failed.error!.description).toContain('unless you edit what they ask for');
			const again = await bed.run(changed, {
				mode: 'retry',
				resume: storedForRetry(failed.run),
			});
			expect(bed.sandbox.jobs.map(({ request }) => request.end_seconds)).toEqual([1, 2, 2]);
			const hints = again.task()!.hints!.map(({ message }) => message);
			expect(hints.join()).toContain(`The jobs before: ${bed.sandbox.jobs[0]!.id}.`);
		});
	});

	it('keeps a job that is still rendering, when its error output leads back to the node', async () => {
		bed.sandbox.setScript(() => ({ renderSeconds: 0.8 }));
		const impatient = { ...WAITED_JOB, options: { pollInterval: 0.05, timeoutMinutes: 0.004 } };
		const workflow = workflowOf(items(2), impatient, { onError: 'continueErrorOutput' });
		workflow.connections[NODE] = { main: [[], [{ node: NODE, type: 'main', index: 0 }]] };
		const ran = await bed.run(workflow);
		expect(ran.error).toBeUndefined();
		expect(bed.sandbox.jobs).toHaveLength(2);
		const turns = ran.run.data.resultData.runData[NODE]!;
		expect(turns.length).toBeGreaterThan(1);
		const videos = turns.flatMap((_, turn) => ran.items(0, NODE, turn));
		expect(videos.map(({ json }) => json.id).sort()).toEqual(
			bed.sandbox.jobs.map(({ id }) => id).sort(),
		);
	});

	it('makes new jobs in each turn of a loop', async () => {
		const input: Item[] = items(4);
		const workflow = workflowOf(input, JOB);
		workflow.nodes.push({
			...node('Loop', 'n8n-nodes-base.splitInBatches', { batchSize: 2, options: {} }),
			typeVersion: 3,
		});
		workflow.connections = {
			Start: { main: [[{ node: 'Loop', type: 'main', index: 0 }]] },
			Loop: { main: [[], [{ node: NODE, type: 'main', index: 0 }]] },
			[NODE]: { main: [[{ node: 'Loop', type: 'main', index: 0 }]] },
		};
		const ran = await bed.run(workflow);
		expect(ran.error).toBeUndefined();
		expect(bed.sandbox.jobs).toHaveLength(4);
		expect([...ran.items(0, NODE, 0), ...ran.items(0, NODE, 1)].map(({ json }) => json.id)).toEqual(
			bed.sandbox.jobs.map(({ id }) => id),
		);
		const { magic_hour_jobs: listed } = ran.run.data.resultData.metadata!;
		expect(listed!.split(',').sort()).toEqual(bed.sandbox.jobs.map(({ id }) => id).sort());
	});

	it('rescues the id from an answer that broke off behind it', async () => {
		bed.sandbox.fail({
			on: 'createLipSync',
			action: { status: 200, body: '{"id":"cm0000000000000000000000a","credits_char' },
		});
		const { error } = await bed.run(workflowOf(items(1), JOB));
		expect(error!.context).toMatchObject({ data: { id: 'cm0000000000000000000000a' } });
	});

	it('lists a rescued id once with the execution', async () => {
		await bed.run(workflowOf(items(1), JOB));
		const { id } = bed.sandbox.jobs[0]!;
		const body = `{"id":"${id}","credits_char`;
		bed.sandbox.fail({ on: 'createLipSync', action: { status: 200, body } });
		const ran = await bed.run(workflowOf(items(1), JOB));
		expect(ran.json()).toMatchObject([{ id }]);
		expect(ran.run.data.resultData.metadata).toEqual({ magic_hour_jobs: id });
	});
});
