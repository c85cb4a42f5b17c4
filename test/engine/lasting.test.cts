import type { FaultAction } from '../../sandbox/index.cts';
import { EngineBed, items, itemWithFiles, JOB, WAITED_JOB, workflowOf } from './engineBed.cts';
import { FILES } from '../support/sources.cts';

/** Faults that do not pass: the node gives up after a bounded number of tries, and says why. */

const RETRY_ON_FAIL = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };

describe('a fault that lasts', () => {
	let bed: EngineBed;
	beforeAll(async () => (bed = await EngineBed.start()));
	beforeEach(() => bed.sandbox.reset());
	afterAll(async () => await bed.stop());

	describe('when a job is created', () => {
		it.each<[string, FaultAction, tries: number, message: RegExp]>([
			['502', { status: 502, body: 'Bad' }, 5, /status 502 \(tried 5 times\)/],
			['503', { status: 503, body: 'Bad' }, 5, /status 503 \(tried 5 times\)/],
		])('%s: tries again, makes no job and says so', async (_, action, tries, message) => {
			bed.sandbox.fail({ on: 'createLipSync', action, times: Infinity });
			const { error } = await bed.run(workflowOf(items(1), JOB));
			expect(error!.message).toMatch(message);
			expect(bed.sandbox.requestsTo('createLipSync')).toHaveLength(tries);
			expect(bed.sandbox.jobs).toHaveLength(0);
		});

		it.each<[string, FaultAction]>([
			['status 500', { status: 500, body: { message: 'Oops' } }],
			['a reset', 'reset'],
			['no answer', 'hang'],
			['garbage', 'garbage'],
		])('%s: sends it once, Retry On Fail or not', async (_, action) => {
			bed.sandbox.fail({ on: 'createLipSync', action, times: Infinity });
			const { error } = await bed.run(workflowOf(items(1), JOB, RETRY_ON_FAIL));
			expect(error!.message).toMatch(/^The job may exist: /);
			expect(bed.sandbox.requestsTo('createLipSync')).toHaveLength(1);
		});

		it('a connection refused: no job, and that is certain', async () => {
			const { error } = await bed.run(workflowOf(items(2), JOB, RETRY_ON_FAIL), {
				credentials: { magicHourApi: { apiKey: 'key', baseUrl: 'http://127.0.0.1:1' } },
			});
			expect(error!.message).toBe(
				'Could not create the job at Magic Hour: no connection could be opened (ECONNREFUSED) (tried 5 times)',
			);
			expect(error!.description).toContain('No job was created');
		});
	});

	it.each<[string, FaultAction]>([
		['status 500', { status: 500, body: { message: 'Oops' } }],
		['a reset', 'reset'],
		['garbage', 'garbage'],
	])('when files are uploaded, %s: no job', async (_, action) => {
		bed.sandbox.fail({ on: 'uploadUrls', action, times: Infinity });
		const parameters = { ...JOB, ...FILES };
		const { error } = await bed.run(workflowOf([itemWithFiles()], parameters));
		expect(error!.message).toMatch(/tried 5 times/);
		expect(bed.sandbox.requestsTo('createLipSync')).toHaveLength(0);
	});

	it('when a status is read: ends when time is up, with the id', async () => {
		bed.sandbox.fail({ on: 'getProject', action: 'reset', times: Infinity });
		const { error } = await bed.run(
			workflowOf(items(1), {
				...WAITED_JOB,
				options: { pollInterval: 0.05, timeoutMinutes: 0.01 },
			}),
		);
		expect(error!.message).toContain(`Job ${bed.sandbox.jobs[0]!.id} is not finished`);
		expect(error!.description).toContain('The last status check failed');
	});

	it('a wait that the API asks for is kept, in seconds and as a date', async () => {
		for (const header of [() => '1', () => new Date(Date.now() + 2000).toUTCString()]) {
			bed.sandbox.reset();
			const headers = { 'retry-after': header() };
			bed.sandbox.fail({
				on: 'createLipSync',
				action: { status: 429, body: { message: 'Slow down' }, headers },
			});
			await bed.run(workflowOf(items(1), JOB));
			const [first, second] = bed.sandbox.requestsTo('createLipSync').map(({ at }) => at);
			expect(second! - first!).toBeGreaterThanOrEqual(900);
		}
	});

	it('one that the API wants to last for an hour is told, not sat out', async () => {
		bed.sandbox.fail({
			on: 'createLipSync',
			action: { status: 429, body: { message: 'Enough' }, headers: { 'retry-after': '3600' } },
		});
		const { error } = await bed.run(workflowOf(items(1), JOB));
		expect(error!.description).toContain('It asks to wait 3600 seconds');
	});
});
