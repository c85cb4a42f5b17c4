import { setImmediate } from 'node:timers/promises';

import fc from 'fast-check';

import { limit } from '../../nodes/magicHour/concurrency.ts';

describe('a limit on what runs at a time', () => {
	it('never lets more run than there are places, starts in order, gives each its own end', async () => {
		const tasks = fc.array(fc.record({ turns: fc.nat(5), fails: fc.boolean() }), { maxLength: 25 });
		await fc.assert(
			fc.asyncProperty(fc.integer({ min: 1, max: 6 }), tasks, async (places, work) => {
				const enter = limit(places);
				const started: number[] = [];
				let running = 0;
				let most = 0;

				const ends = await Promise.allSettled(
					work.map(async ({ turns, fails }, index) =>
						enter(async () => {
							started.push(index);
							most = Math.max(most, ++running);
							for (let turn = 0; turn < turns; turn++) await setImmediate();
							running--;
							if (fails) throw new Error(`task ${index}`);
							return index;
						}),
					),
				);

				expect(most).toBeLessThanOrEqual(places);
				expect(running).toBe(0);
				expect(started).toEqual(work.map((_, index) => index));
				expect(ends).toEqual(
					work.map(({ fails }, index) =>
						fails
							? { status: 'rejected', reason: new Error(`task ${index}`) }
							: { status: 'fulfilled', value: index },
					),
				);
			}),
			{ numRuns: 60 },
		);
	});

	it('uses all places: it is no slower than it has to be', async () => {
		const enter = limit(3);
		let running = 0;
		let most = 0;
		const task = async () => {
			most = Math.max(most, ++running);
			await setImmediate();
			running--;
		};
		await Promise.all(Array.from({ length: 9 }, () => enter(task)));
		expect(most).toBe(3);
	});

	it('continues with the next after one that throws before it has begun to wait', async () => {
		const enter = limit(1);
		const first = enter(() => {
			throw new Error('at once');
		});
		const second = enter(async () => 'next');
		await expect(first).rejects.toThrow('at once');
		await expect(second).resolves.toBe('next');
	});
});
