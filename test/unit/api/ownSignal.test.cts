import { getEventListeners } from 'node:events';

import { OwnSignal } from '../../../nodes/magicHour/api/ownSignal.ts';

const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

describe('the signal of one request', () => {
	it.each([0, 1])('aborts with signal %i of those it follows', (index) => {
		const followed = [new AbortController(), new AbortController()];
		const { signal } = new OwnSignal(...followed.map((each) => each.signal));
		expect(signal.aborted).toBe(false);
		followed[index]!.abort();
		expect(signal.aborted).toBe(true);
	});

	it('is aborted from the beginning where one of them is', () => {
		expect(new OwnSignal(AbortSignal.abort(), undefined).signal.aborted).toBe(true);
	});

	it('aborts by itself, and not those it follows', () => {
		const run = new AbortController();
		const request = new OwnSignal(run.signal);
		request.abort();
		expect([request.signal.aborted, run.signal.aborted]).toEqual([true, false]);
	});

	it('follows nothing any more when its request is over', () => {
		const run = new AbortController();
		const request = new OwnSignal(run.signal);
		request.release();
		run.abort();
		expect(request.signal.aborted).toBe(false);
	});

	it('costs the run one listener for a thousand requests, and none when they are over', () => {
		const run = new AbortController();
		const requests = Array.from({ length: 1000 }, () => new OwnSignal(run.signal));
		expect(listeners(run.signal)).toBe(1);
		for (const { release } of requests) release();
		expect(listeners(run.signal)).toBe(0);
	});
});
