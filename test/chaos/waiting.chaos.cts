import { setTimeout as pause } from 'node:timers/promises';

import { until } from '../../n8n/poll.cts';
import { EngineBed, items, JOB, Ran, workflowOf } from '../engine/engineBed.cts';
import { collectGarbage } from '../support/heap.cts';

/** Ten thousand items wait for their jobs. `CHAOS=short` waits for a minute, and otherwise for five. */
const ITEMS = 10_000;
const SECONDS = process.env.CHAOS === 'short' ? 60 : 300;

describe('ten thousand items that wait', () => {
	let bed: EngineBed;
	beforeAll(async () => (bed = await EngineBed.start({ credits: 1e9 })));
	afterAll(async () => await bed.stop());

	it('send nothing and share one clock, and one Stop ends them', async () => {
		const { sandbox } = bed;
		bed.shortenTimeouts(600);
		sandbox.setScript(() => ({ outcome: 'never' }));
		collectGarbage();
		const heapBefore = process.memoryUsage().heapUsed;
		// Nothing is asked while they are watched: what a status check costs is known, and not what this is about.
		const options = { pollInterval: 1200, timeoutMinutes: 60 };
		const execution = bed.execute(
			workflowOf(items(ITEMS), { ...JOB, output: 'videoUrl', options }),
		);
		await until('all jobs', () => (sandbox.jobs.length === ITEMS ? true : undefined), 300);
		await pause(5000);
		const asked = sandbox.requests.length;
		collectGarbage();
		const heap = process.memoryUsage().heapUsed;
		const timers = process.getActiveResourcesInfo().filter((type) => type === 'Timeout');

		const cpuBefore = process.cpuUsage();
		await pause(SECONDS * 1000);
		const { user, system } = process.cpuUsage(cpuBefore);

		const share = (user + system) / 1e6 / SECONDS;
		console.log(
			`chaos: ${ITEMS} items waited ${SECONDS} s with ${(share * 100).toFixed(1)} % of a processor; ${((heap - heapBefore) / ITEMS / 1000).toFixed(1)} kB an item, the sandbox's and n8n's share included`,
		);
		expect(sandbox.requests).toHaveLength(asked);
		// The share of a processor depends on what else the machine does; a timer for each item would take most of one.
		expect(timers.length).toBeLessThan(100);

		execution.cancel();
		const { error } = new Ran(await execution.result);
		expect(error!.message).toMatch(/^The execution was stopped while jobs were under way: /);
		expect(error!.message.length).toBeLessThan(1000);
	});
});
