import { type EngineBed, items, JOB, workflowOf } from './engineBed.cts';
import { LIMIT, refused, startLimitedBed } from './rateLimit.cts';

const KINDS = [
	{ kind: 'fixed-window', retryAfter: false },
	{ kind: 'fixed-window', retryAfter: true },
	{ kind: 'token-bucket', retryAfter: false },
	{ kind: 'token-bucket', retryAfter: true },
] as const;

describe('a limit on creations', () => {
	let bed: EngineBed;
	beforeAll(async () => (bed = await startLimitedBed()));
	beforeEach(() => bed.sandbox.reset());
	afterAll(async () => await bed.stop());

	// How long it takes, and how many requests are refused in each window, is counted in simulated time, where no machine
	// is busy: test/unit/api/governor.test.cts.
	it.each([
		...KINDS.map((limit) => ({ count: 45, ...limit })),
		{ count: 200, ...KINDS[0], requests: 60 },
		{ count: 1000, ...KINDS[3], requests: 150 },
	])(
		'$kind, Retry-After $retryAfter: each of $count items has its one job, with few refusals',
		async ({ count, ...limit }) => {
			bed.sandbox.limitRate({ ...LIMIT, ...limit });
			const ran = await bed.run(workflowOf(items(count), JOB));
			expect(ran.error).toBeUndefined();
			expect(bed.sandbox.jobs).toHaveLength(count);
			expect(new Set(ran.json().map(({ id }) => id)).size).toBe(count);

			expect(refused(bed.sandbox.requests).length).toBeLessThan(count);
		},
		90_000,
	);
});
