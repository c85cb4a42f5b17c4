import fc from 'fast-check';

import { secondsToNextCheck } from '../../nodes/magicHour/wait.ts';

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
