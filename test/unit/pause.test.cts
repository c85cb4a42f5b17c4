import { pause, pauseUntil } from '../../nodes/magicHour/pause.ts';

/** Longest time, in milliseconds, that a pause still lasts after it was aborted. */
const SOON = 200;

describe('a pause', () => {
	beforeEach(() => jest.useFakeTimers());
	afterEach(() => jest.useRealTimers());

	/** Starts a pause in simulated time; `ended` tells after how many milliseconds it was over. */
	function start(seconds: number, signal = new AbortController().signal) {
		const began = Date.now();
		const state: { ended?: number } = {};
		void pause(seconds, signal).then(() => (state.ended = Date.now() - began));
		return state;
	}

	it.each([0.05, 0.2, 1, 3.3, 30])('of %s seconds is as long as that', async (seconds) => {
		const state = start(seconds);
		await jest.advanceTimersByTimeAsync(seconds * 1000 - 1);
		expect(state.ended).toBeUndefined();
		await jest.advanceTimersByTimeAsync(1);
		expect(state.ended).toBe(seconds * 1000);
	});

	it.each([0, -5, NaN])('of %s seconds is over at once', async (seconds) => {
		const state = start(seconds);
		await jest.advanceTimersByTimeAsync(0);
		expect(state.ended).toBe(0);
	});

	it('ends soon after it is aborted, and leaves no timer behind', async () => {
		const controller = new AbortController();
		const state = start(300, controller.signal);
		await jest.advanceTimersByTimeAsync(12_345);
		expect(state.ended).toBeUndefined();
		controller.abort();
		await jest.advanceTimersByTimeAsync(SOON);
		expect(state.ended).toBeLessThanOrEqual(12_345 + SOON);
		expect(jest.getTimerCount()).toBe(0);
	});

	it('ends soon after its moment has come nearer', async () => {
		const began = Date.now();
		let moment = began + 300_000;
		let ended = 0;
		void pauseUntil(() => moment, new AbortController().signal).then(() => (ended = Date.now()));
		await jest.advanceTimersByTimeAsync(10_000);
		moment = began + 12_000;
		await jest.advanceTimersByTimeAsync(5_000);
		expect(ended).toBe(began + 12_000);
	});

	it('does not begin when it was aborted before', async () => {
		const state = start(300, AbortSignal.abort());
		await jest.advanceTimersByTimeAsync(0);
		expect(state.ended).toBe(0);
		expect(jest.getTimerCount()).toBe(0);
	});
});
