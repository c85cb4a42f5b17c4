import fc from 'fast-check';

import { Pace, secondsToNextCheck } from '../../nodes/magicHour/pace.ts';

/** The checks of one job in simulated time. */
function simulate(renderSeconds: number, pollInterval: number) {
	let now = pollInterval;
	let checks = 1;
	for (; now < renderSeconds; checks++) now += secondsToNextCheck(now, pollInterval);
	return { checks, lag: now - renderSeconds };
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('the pauses between status checks', () => {
	it('need at most 45 checks for a job of 229 seconds, which is the median', () => {
		expect(simulate(229, 3).checks).toBeLessThanOrEqual(45);
	});

	it.each([5, 20, 60, 229, 600, 1800])(
		'notice the end of jobs of about %i seconds within 5 %% of their time and one poll interval',
		(seconds) => {
			const around = Array.from({ length: 200 }, (_, step) => seconds * (0.9 + step / 1000));
			expect(mean(around.map((time) => simulate(time, 3).lag))).toBeLessThanOrEqual(
				seconds * 0.05 + 3,
			);
		},
	);

	it('are never shorter than the poll interval, nor longer than 30 seconds or the interval', () => {
		fc.assert(
			fc.property(
				fc.double({ min: 0, max: 1e6, noNaN: true }),
				fc.double({ min: 0.05, max: 120, noNaN: true }),
				(age, interval) => {
					const pause = secondsToNextCheck(age, interval);
					expect(pause).toBeGreaterThanOrEqual(interval);
					expect(pause).toBeLessThanOrEqual(Math.max(30, interval));
				},
			),
		);
	});
});

describe('the pace of a batch', () => {
	const POLL_INTERVAL = 3;
	const OLD = 200;
	const long = secondsToNextCheck(OLD, POLL_INTERVAL);

	function paceOf(jobs: number, endedAges: number[]): Pace {
		const pace = new Pace();
		for (let job = 0; job < jobs; job++) pace.expect();
		endedAges.forEach((age) => pace.noteEnd(age));
		return pace;
	}

	it.each([
		['a single job', 1, []],
		['a batch less than half of which has ended', 5, [150, 160]],
	])('is that of its pauses alone for %s', (_, jobs, ended) => {
		expect(paceOf(jobs, ended).secondsToNextCheck(OLD, POLL_INTERVAL)).toBe(long);
	});

	it.each([
		['two jobs, one of which has ended', 2, [150]],
		['a batch half of which has ended', 4, [150, 160]],
		['a batch most of which has ended', 5, [150, 160, 170, 400]],
	])('is the poll interval for the rest of %s', (_, jobs, ended) => {
		expect(paceOf(jobs, ended).secondsToNextCheck(OLD, POLL_INTERVAL)).toBe(POLL_INTERVAL);
	});

	it('falls back for jobs that take twice as long as half of the batch', () => {
		const pace = paceOf(4, [90, 100, 130]);
		expect(pace.secondsToNextCheck(199, POLL_INTERVAL)).toBe(POLL_INTERVAL);
		expect(pace.secondsToNextCheck(200, POLL_INTERVAL)).toBe(20);
	});

	it('notices the end of a batch within a poll interval, with a tenth of the checks of asking twice a second', () => {
		const jobs = Array.from({ length: 200 }, (_, job) => ({
			// Around the median of the vendor, which is 229 seconds.
			ends: 149 + (160 * ((job * 77) % 200)) / 199,
			asked: POLL_INTERVAL,
			checks: 1,
			isDone: false,
		}));
		const pace = paceOf(jobs.length, []);
		let now = 0;
		while (jobs.some(({ isDone }) => !isDone)) {
			now += 0.2;
			for (const job of jobs.filter(({ isDone }) => !isDone)) {
				if (now < job.asked + pace.secondsToNextCheck(job.asked, POLL_INTERVAL)) continue;
				job.checks++;
				job.asked = now;
				job.isDone = now >= job.ends;
				if (job.isDone) pace.noteEnd(now);
			}
		}
		const slowest = Math.max(...jobs.map(({ ends }) => ends));
		expect(now - slowest).toBeLessThanOrEqual(POLL_INTERVAL + 0.2);
		expect(mean(jobs.map(({ checks }) => checks))).toBeLessThan(
			mean(jobs.map(({ ends }) => ends / 0.5)) / 10,
		);
	});

	it('is not changed by jobs that had ended before anybody asked', () => {
		expect(new Pace().secondsToNextCheck(OLD, POLL_INTERVAL)).toBe(long);
	});
});
