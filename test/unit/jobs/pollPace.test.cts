import fc from 'fast-check';

import { PollPace, type JobPace } from '../../../nodes/magicHour/jobs/pollPace.ts';

/** Seconds, as by default. */
const POLL_INTERVAL = 3;

/** The checks of a single job in simulated time. */
function simulate(renderSeconds: number) {
	const pace = new PollPace().join(POLL_INTERVAL);
	let now = POLL_INTERVAL;
	let checks = 1;
	for (; now < renderSeconds; checks++) now += pace.secondsToNextCheck(now);
	return { checks, lag: now - renderSeconds };
}

/** Seconds between two looks at the clock. */
const STEP = 0.05;

/** The age, in seconds, by which jobs created together are asked for one by one. */
const SPREAD_BY = 100;

/**
 * A whole batch in simulated time, created all at once.
 * @param renderSeconds of each job
 * @returns seconds from the last end until it was noticed, and from each end (the mean); checks per job; the most jobs
 *   asked for at the same moment, once they are old and before the first end
 */
function simulateBatch(renderSeconds: number[]) {
	const batch = new PollPace();
	const jobs = renderSeconds.map((ends) => ({
		ends,
		pace: batch.join(POLL_INTERVAL),
		asked: 0,
		checks: 0,
		lag: 0,
	}));
	const unfinished = new Set(jobs);
	let now = 0;
	let mostAtOnce = 0;
	while (unfinished.size > 0) {
		now += STEP;
		let asked = 0;
		for (const job of unfinished) {
			const pause = job.checks ? job.pace.secondsToNextCheck(job.asked) : POLL_INTERVAL;
			if (now < job.asked + pause) continue;
			asked++;
			job.checks++;
			job.asked = now;
			if (now < job.ends) {
				job.pace.noteUnfinished();
			} else {
				job.pace.noteEnd(now, true);
				job.lag = now - job.ends;
				unfinished.delete(job);
			}
		}
		if (now > SPREAD_BY && batch.endExpectedBy === 0) mostAtOnce = Math.max(mostAtOnce, asked);
	}
	return {
		endLag: now - Math.max(...renderSeconds),
		lag: mean(jobs.map(({ lag }) => lag)),
		checks: mean(jobs.map(({ checks }) => checks)),
		mostAtOnce,
	};
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Renders of 149 to 309 seconds, evenly around the median that the vendor states, in mixed order. */
const DIFFERENT = Array.from({ length: 200 }, (_, job) => 149 + (160 * ((job * 77) % 200)) / 199);
const alike = (jobs: number, seconds: number) => Array.from({ length: jobs }, () => seconds);

describe('the pauses between the status checks of a job', () => {
	it('need at most 45 checks for a job of 229 seconds, which is the median', () => {
		expect(simulate(229).checks).toBeLessThanOrEqual(45);
	});

	it.each([5, 20, 60, 229, 600, 1800])(
		'notice the end of jobs of about %i seconds within 5 %% of their time and one poll interval',
		(seconds) => {
			const around = Array.from({ length: 200 }, (_, step) => seconds * (0.9 + step / 1000));
			expect(mean(around.map((time) => simulate(time).lag))).toBeLessThanOrEqual(
				seconds * 0.05 + POLL_INTERVAL,
			);
		},
	);

	it('are about a tenth of its age, never shorter than the poll interval, nor longer than 30 seconds or the interval', () => {
		fc.assert(
			fc.property(
				fc.double({ min: 0, max: 1e6, noNaN: true }),
				fc.double({ min: 0.05, max: 120, noNaN: true }),
				fc.nat({ max: 300 }),
				(age, interval, jobsBefore) => {
					const batch = new PollPace();
					for (let job = 0; job < jobsBefore; job++) batch.join(interval);
					const pause = batch.join(interval).secondsToNextCheck(age);
					const clamped = (share: number) =>
						Math.min(Math.max(age * share, interval), Math.max(30, interval));
					expect(pause).toBeGreaterThanOrEqual(clamped(0.08));
					expect(pause).toBeLessThanOrEqual(clamped(0.12));
				},
			),
		);
	});
});

describe('the pace of a batch', () => {
	const OLD = 200;
	const LONG = OLD * 0.1;

	/** The pace of the first of so many jobs that were seen unfinished, after others have ended. */
	function paceOf(jobs: number, ended: Array<{ age: number; isComplete?: boolean }>): JobPace {
		const batch = new PollPace();
		const paces = Array.from({ length: jobs }, () => batch.join(POLL_INTERVAL));
		paces.forEach((pace) => pace.noteUnfinished());
		ended.forEach(({ age, isComplete = true }, job) =>
			paces.at(-1 - job)!.noteEnd(age, isComplete),
		);
		return paces[0]!;
	}

	it('is that of each job alone until one is complete', () => {
		expect(paceOf(5, []).secondsToNextCheck(OLD)).toBe(LONG);
	});

	it('is the poll interval once one is complete, until the others are a tenth older', () => {
		const pace = paceOf(5, [{ age: 190 }]);
		expect(pace.secondsToNextCheck(208)).toBe(POLL_INTERVAL);
		expect(pace.secondsToNextCheck(210)).toBe(21);
	});

	it('is that again when one of another kind is complete, but not with every one', () => {
		expect(paceOf(7, [{ age: 20 }, { age: 190 }]).secondsToNextCheck(OLD)).toBe(POLL_INTERVAL);
		expect(paceOf(7, [{ age: 150 }, { age: 190 }]).secondsToNextCheck(OLD)).toBe(LONG);
	});

	it('does not care for the age at which one failed', () => {
		const pace = paceOf(5, [{ age: 190, isComplete: false }]);
		expect(pace.secondsToNextCheck(OLD)).toBe(LONG);
	});

	it.each([
		['two jobs, one of which has ended', 2, [150]],
		['a batch half of which has ended', 4, [150, 160]],
		['a batch most of which has ended', 5, [150, 160, 170, 400]],
	])('is the poll interval for the rest of %s', (_, jobs, ages) => {
		const pace = paceOf(
			jobs,
			ages.map((age) => ({ age })),
		);
		expect(pace.secondsToNextCheck(OLD)).toBe(POLL_INTERVAL);
	});

	it('falls back for jobs that take twice as long as half of the batch', () => {
		const pace = paceOf(4, [{ age: 90 }, { age: 100 }, { age: 130 }]);
		expect(pace.secondsToNextCheck(199)).toBe(POLL_INTERVAL);
		expect(pace.secondsToNextCheck(200)).toBe(20);
	});

	it('is not changed by jobs that had ended before anybody asked', () => {
		const batch = new PollPace();
		const pace = batch.join(POLL_INTERVAL);
		batch.join(POLL_INTERVAL).noteEnd(150, true);
		expect(pace.secondsToNextCheck(OLD)).toBe(LONG);
	});

	it('does not ask for all jobs at the same moment', () => {
		expect(simulateBatch(alike(200, 229)).mostAtOnce).toBeLessThanOrEqual(20);
	});

	it('notices the ends of jobs that take equally long almost at once', () => {
		for (const jobs of [10, 200]) {
			for (const seconds of [60, 229, 235, 241]) {
				const { lag, endLag } = simulateBatch(alike(jobs, seconds));
				expect(endLag).toBeLessThanOrEqual(POLL_INTERVAL + STEP);
				expect(lag).toBeLessThanOrEqual(POLL_INTERVAL);
			}
		}
	});

	it('notices the last end of a mixed batch within a poll interval, with a tenth of the checks of asking twice a second', () => {
		const { endLag, checks } = simulateBatch(DIFFERENT);
		expect(endLag).toBeLessThanOrEqual(POLL_INTERVAL + STEP);
		expect(checks).toBeLessThan(mean(DIFFERENT) / 0.5 / 10);
	});
});
