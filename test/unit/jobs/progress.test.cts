import type { IExecuteFunctions } from 'n8n-workflow';

import type { ProjectStatus, VideoProject } from '../../../nodes/magicHour/api/contract.ts';
import { Progress } from '../../../nodes/magicHour/jobs/progress.ts';

/** What the editor's console shows. A double of n8n's, because its engine sends it to a browser alone. */
describe('the message to the editor', () => {
	let told: string[];
	let progress: Progress;
	const report = (id: string, status: ProjectStatus) =>
		progress.update({ id, status } as VideoProject);

	beforeEach(() => {
		jest.useFakeTimers();
		told = [];
		progress = new Progress({
			sendMessageToUI: (message: string) => told.push(message),
		} as unknown as IExecuteFunctions);
		for (const id of ['1', '2', '3']) progress.expect(id);
	});
	afterEach(() => jest.useRealTimers());

	it('counts all jobs by their status', () => {
		report('2', 'rendering');
		expect(told).toEqual(['Magic Hour: 2 queued, 1 rendering']);
	});

	it('comes every five seconds at most', () => {
		report('1', 'rendering');
		report('2', 'rendering');
		jest.advanceTimersByTime(4999);
		report('3', 'rendering');
		expect(told).toHaveLength(1);
		jest.advanceTimersByTime(1);
		report('3', 'complete');
		expect(told.slice(1)).toEqual(['Magic Hour: 2 rendering, 1 complete']);
	});

	it('is not repeated while nothing changes', () => {
		report('1', 'rendering');
		jest.advanceTimersByTime(60_000);
		report('1', 'rendering');
		expect(told).toHaveLength(1);
	});

	it.each([
		[undefined, 'waiting until it lets more through'],
		[4.56, 'continuing at 4.6 per minute'],
		[40.4, 'continuing at 40 per minute'],
	])('says what a rate limit does: %s per minute', (perMinute, rate) => {
		progress.tellLimit({ created: 15, items: 45, perMinute });
		expect(told).toEqual([`Magic Hour limits the rate: 15 of 45 created, ${rate}`]);
	});
});
