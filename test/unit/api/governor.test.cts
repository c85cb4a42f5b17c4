import fc from 'fast-check';

import { Governor } from '../../../nodes/magicHour/api/governor.ts';
import type { RequestKind } from '../../../nodes/magicHour/api/requestPolicy.ts';
import type { Seat } from '../../../nodes/magicHour/api/seat.ts';
import { limit } from '../../../nodes/magicHour/concurrency.ts';
import { limiterOf } from '../../../sandbox/rateLimit.cts';
import type { RateLimit } from '../../../sandbox/types.cts';
import { FakeServer, refusal, type ServerOptions } from './fakeServer.cts';
import { FakeTime } from './fakeTime.cts';

const DOWN = { kind: 'notSent', code: 'ECONNREFUSED' } as const;

/** A governor and a server, in simulated time. */
class World {
	readonly time = new FakeTime();
	readonly server: FakeServer;
	readonly governor: Governor;
	isUnused = false;
	private state: number;

	constructor(options: ServerOptions = {}, seed = 1) {
		this.state = seed;
		this.server = new FakeServer(this.time, options);
		this.governor = this.another();
	}

	/** Another process, with the same server. */
	another(): Governor {
		return new Governor(this.time, this.random, () => (this.isUnused = true));
	}

	/** Park and Miller's generator. */
	random = (): number => (this.state = (this.state * 48_271) % 2_147_483_647) / 2_147_483_647;

	seat(options: Partial<Seat['options']> = {}, governor = this.governor): Seat {
		const { signal } = new AbortController();
		return governor.join({ signal, patienceMinutes: 15, ...options });
	}

	/** Sends a request for each of so many items, as a run does. */
	async sendAll(
		count: number,
		seat = this.seat(),
		request: RequestKind = 'createLipSync',
		name = 'item',
	) {
		const places = limit(50);
		return await Promise.all(
			Array.from({ length: count }, async (_, index) =>
				places(async () => seat.send(request, async () => this.server.send(`${name} ${index}`))),
			),
		);
	}

	/** Refusals of requests that were not under way when the first one was answered. */
	get laterRefusals() {
		const { refused } = this.server;
		const first = Math.min(...refused.map(({ answeredAt }) => answeredAt!));
		return refused.filter(({ at }) => at >= first);
	}
}

/** As the vendor's limit was seen to be. */
const LIMIT = { requests: 15, seconds: 20 };

/** What the vendor states for a render. */
const MEDIAN_RENDER_SECONDS = 229;

const under = (limited: Partial<RateLimit> = {}): ServerOptions => ({
	limiter: limiterOf({ ...LIMIT, ...limited }),
	retryAfter: limited.retryAfter,
});

describe('without a limit', () => {
	it('begins with five at a time, and adds one with each that gets through', async () => {
		const world = new World();
		await world.time.run(world.sendAll(200));
		expect(world.time.seconds).toBeLessThan(0.75);
		expect(world.server.requests.filter(({ at }) => at === 0)).toHaveLength(5);
		expect(world.server.requests.filter(({ at }) => at > 0 && at <= 0.11)).toHaveLength(10);
		expect(world.server.mostUnderWay).toBeGreaterThan(45);
	});
});

describe.each(
	(['fixed-window', 'token-bucket'] as const).flatMap((kind) =>
		[false, true].map((retryAfter) => ({ kind, retryAfter })),
	),
)('under a limit of 15 in 20 seconds, $kind, Retry-After $retryAfter', (limited) => {
	const bestSeconds = (count: number) =>
		limited.kind === 'token-bucket'
			? ((count - LIMIT.requests) * LIMIT.seconds) / LIMIT.requests
			: (Math.ceil(count / LIMIT.requests) - 1) * LIMIT.seconds;

	it.each([45, 200, 1000])('%i items: each once, in time, with few refusals', async (count) => {
		for (const seed of [1, 2, 3]) {
			const world = new World(under(limited), seed);
			const outcomes = await world.time.run(world.sendAll(count));
			expect(outcomes.every(({ ok }) => ok)).toBe(true);
			expect([...world.server.made.values()]).toEqual(Array(count).fill(1));
			expect(world.time.seconds).toBeLessThan(1.3 * bestSeconds(count));

			const times = world.laterRefusals.map(({ at }) => at);
			const inWindow = times.map(
				(start) => times.filter((at) => at >= start && at < start + LIMIT.seconds).length,
			);
			expect(Math.max(0, ...inWindow)).toBeLessThanOrEqual(3);
		}
	});

	it.each([20, 45, 200])(
		'of the status checks of %i jobs, at most a tenth are refused after the first moment',
		async (jobs) => {
			const world = new World(under(limited));
			const seat = world.seat();
			const checkEvery3Seconds = async () => {
				while (world.time.seconds < MEDIAN_RENDER_SECONDS) {
					await seat.send('getProject', async () => world.server.send('check'));
					await world.time.pass(3);
				}
			};
			await world.time.run(Promise.all(Array.from({ length: jobs }, checkEvery3Seconds)));
			expect(world.laterRefusals.length).toBeLessThan(world.server.requests.length / 10);
		},
	);
});

describe.each(['fixed-window', 'token-bucket'] as const)(
	'a limit that creations and status checks share, %s',
	(kind) => {
		const JOBS = 45;
		const CHECKS = 3;
		const bestSeconds = ((JOBS * (1 + CHECKS)) / LIMIT.requests) * LIMIT.seconds;

		it('does not hold one of them up for what the other one used', async () => {
			for (let seed = 1; seed <= 60; seed++) {
				const world: World = new World(
					{ ...under({ kind }), latency: () => 0.05 + world.random() ** 8 },
					seed * 7919,
				);
				const seat = world.seat();
				const createAndWait = async (job: number) => {
					await seat.send('createLipSync', async () => world.server.send(`job ${job}`));
					for (let checked = 0; checked < CHECKS; checked++) {
						await world.time.pass(3);
						await seat.send('getProject', async () => world.server.send('check'));
					}
				};
				await world.time.run(Promise.all(Array.from({ length: JOBS }, (_, i) => createAndWait(i))));
				expect(world.time.seconds).toBeLessThan(2 * bestSeconds);
			}
		});
	},
);

describe('a refusal', () => {
	it('pauses all requests, and one goes first after it', async () => {
		const world = new World(under());
		const creating = world.sendAll(30);
		const checking = world.sendAll(10, world.seat(), 'getAccount', 'check');
		await world.time.run(Promise.all([creating, checking]));
		const first = Math.min(...world.server.refused.map(({ answeredAt }) => answeredAt!));
		const next = world.server.requests.filter(({ at }) => at > first);
		expect(next[0]!.at - first).toBeGreaterThan(1.3);
		expect(next.filter(({ at }) => at < next[0]!.at + 0.1).length).toBeLessThanOrEqual(2);
	});

	it.each([0, -5])('with Retry-After %i is one without', async (retryAfter) => {
		const world = new World({
			outage: (second) => (second < 2 ? refusal(429, retryAfter) : undefined),
		});
		await world.time.run(world.sendAll(1));
		const [first, second] = world.server.requests.map(({ at }) => at);
		expect(second! - first!).toBeGreaterThan(1.3);
	});

	it('with Retry-After pauses for that long', async () => {
		const world = new World({ outage: (second) => (second < 30 ? refusal(429, 40) : undefined) });
		await world.time.run(world.sendAll(3));
		expect(world.server.requests.map(({ at }) => Math.floor(at))).toEqual([0, 0, 0, 40, 40, 40]);
	});
});

describe('patience', () => {
	it('ends after 15 minutes in which nothing got through, and not before', async () => {
		const world = new World({ outage: () => refusal(429) });
		const outcomes = await world.time.run(world.sendAll(60));
		expect(outcomes.map((outcome) => !outcome.ok && outcome.failure)).toEqual(
			Array(60).fill(refusal(429)),
		);
		expect(world.time.seconds).toBeGreaterThan(900);
		expect(world.time.seconds).toBeLessThan(901);
		// Five at first, and then at pauses of up to a minute.
		expect(world.server.requests.length).toBeLessThan(30);
	});

	it('begins again with each request that gets through', async () => {
		const world = new World(under({ requests: 1, seconds: 600 }));
		const outcomes = await world.time.run(world.sendAll(5));
		expect(outcomes.every(({ ok }) => ok)).toBe(true);
		expect(world.time.seconds).toBeGreaterThan(2400);
	});

	it('is not begun where the server asks for more', async () => {
		const world = new World({ outage: () => refusal(429, 1000) });
		await world.time.run(world.sendAll(1));
		expect(world.time.seconds).toBeLessThan(1);
	});
});

describe('runs that share a limit', () => {
	it('in one process: have their turn one by one', async () => {
		const world = new World(under());
		const ends: Record<string, number> = {};
		const run = async (name: string, count: number) => {
			await world.sendAll(count, world.seat(), 'createLipSync', name);
			ends[name] = world.time.seconds;
		};
		await world.time.run(Promise.all([run('large', 200), run('small', 30)]));
		// Half of each window is its own.
		expect(ends.small).toBeLessThan(1.3 * 80);
		expect(ends.large).toBeLessThan(1.3 * 300);
	});

	it('in two processes: both finish, and none starves', async () => {
		for (const seed of [1, 2, 3]) {
			const world = new World(under(), seed);
			const ends: number[] = [];
			const run = async (name: string, governor: Governor) => {
				await world.sendAll(60, world.seat({}, governor), 'createLipSync', name);
				ends.push(world.time.seconds);
			};
			const both = Promise.all([run('one', world.governor), run('two', world.another())]);
			await world.time.run(both);
			expect(world.server.made.size).toBe(120);
			// Alone, the one that comes first would need 60 seconds, and both together 140.
			expect(Math.max(...ends)).toBeLessThan(1.5 * 140);
		}
	});
});

describe('a service that is down', () => {
	it('is tried by one request for all: at most a tenth of the requests are repeats', async () => {
		const isDown = (second: number) => second > 0.5 && second < 10;
		const world = new World({ outage: (second) => (isDown(second) ? DOWN : undefined) });
		const outcomes = await world.time.run(world.sendAll(400));
		expect(outcomes.every(({ ok }) => ok)).toBe(true);
		const failed = world.server.requests.filter(({ failure }) => failure !== undefined);
		const repeats = failed.length - new Set(failed.map(({ item }) => item)).size;
		expect(failed.length).toBeGreaterThan(30);
		expect(repeats / failed.length).toBeLessThanOrEqual(0.1);
		expect([...world.server.made.values()]).toEqual(Array(400).fill(1));
	});

	it('fails those who have waited for as many tries as they have', async () => {
		const world = new World({ outage: () => DOWN });
		const outcomes = await world.time.run(world.sendAll(200));
		expect(outcomes).toEqual(Array(200).fill({ ok: false, failure: DOWN, tries: 5 }));
		expect(world.server.requests.length).toBeLessThan(40);
		expect(world.time.seconds).toBeLessThan(600);
	});

	it('a failure among many that get through holds nobody up', async () => {
		let sent = 0;
		const world = new World({ outage: () => (++sent % 50 === 0 ? refusal(503) : undefined) });
		const outcomes = await world.time.run(world.sendAll(400));
		expect(outcomes.every(({ ok }) => ok)).toBe(true);
		expect(world.time.seconds).toBeLessThan(3);
	});
});

it('a run that is stopped sends nothing more, and waits for nothing', async () => {
	const world = new World(under());
	const stop = new AbortController();
	const work = world.sendAll(100, world.seat({ signal: stop.signal }));
	await world.time.run(world.time.pass(5));
	const sent = world.server.requests.length;
	stop.abort();
	const outcomes = await world.time.run(work);
	expect(outcomes.filter(({ ok }) => ok)).toHaveLength(15);
	expect(world.server.requests).toHaveLength(sent);
	expect(world.time.seconds).toBeLessThan(6);
});

it('is unused when the last run has left', () => {
	const world = new World();
	const [one, other] = [world.seat(), world.seat()];
	one.leave();
	expect(world.isUnused).toBe(false);
	other.leave();
	expect(world.isUnused).toBe(true);
});

it('never two jobs for an item, never a request in a pause, and always an end', async () => {
	const scenarios = fc.record({
		seed: fc.integer({ min: 1, max: 1_000_000 }),
		requests: fc.integer({ min: 1, max: 40 }),
		seconds: fc.integer({ min: 1, max: 120 }),
		kind: fc.constantFrom('fixed-window' as const, 'token-bucket' as const),
		retryAfter: fc.boolean(),
		latency: fc.double({ min: 0.001, max: 5, noNaN: true }),
		outages: fc.array(fc.record({ from: fc.nat(100), seconds: fc.integer({ min: 1, max: 30 }) }), {
			maxLength: 3,
		}),
		runs: fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 3 }),
		stopAfter: fc.option(fc.nat(60)),
	});
	await fc.assert(
		fc.asyncProperty(scenarios, async (scenario) => {
			const { requests, seconds, kind, retryAfter, outages, runs, stopAfter } = scenario;
			const world: World = new World(
				{
					limiter: limiterOf({ requests, seconds, kind }),
					retryAfter,
					latency: () => scenario.latency * (0.5 + world.random()),
					outage: (second) =>
						outages.some(({ from, seconds: length }) => second >= from && second < from + length)
							? DOWN
							: undefined,
				},
				scenario.seed,
			);
			const stop = new AbortController();
			const work = Promise.all(
				runs.map(async (count, run) =>
					world.sendAll(
						count,
						world.seat(run === 0 ? { signal: stop.signal } : {}),
						'createLipSync',
						`run ${run}`,
					),
				),
			);
			if (stopAfter !== null) {
				await world.time.run(Promise.race([work, world.time.pass(stopAfter)]));
				stop.abort();
			}
			await world.time.run(work);

			expect(Math.max(0, ...world.server.made.values())).toBeLessThanOrEqual(1);
			const { refused, requests: sent } = world.server;
			// A refusal of a request that was sent in an open lane, or as a probe, closes it for at least the first pause.
			for (const { at: sentAt, answeredAt, failure } of refused) {
				const isNews = !refused.some(
					(other) => other.answeredAt! > sentAt && other.answeredAt! < answeredAt!,
				);
				if (!isNews) continue;
				const { retryAfterSeconds = 1.3 } = failure as { retryAfterSeconds?: number };
				const end = answeredAt! + retryAfterSeconds;
				const within = sent.filter(({ at }) => at > answeredAt! && at < end);
				expect(within).toEqual([]);
			}
		}),
		{ numRuns: 150 },
	);
}, 60_000);
