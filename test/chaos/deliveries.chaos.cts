import { limit } from '../../nodes/magicHour/concurrency.ts';
import { eventBody, finishedProject, signed } from '../trigger/deliveries.cts';
import { N8nWebhooks } from '../trigger/n8nWebhooks.cts';
import { collectGarbage } from '../support/heap.cts';

/** n8n fails to start any execution, and Magic Hour delivers. `CHAOS=short` sends a fifth of it. */
const DELIVERIES = process.env.CHAOS === 'short' ? 20_000 : 100_000;
const ROUNDS = 10;
const AT_ONCE = 20;

const MEGABYTE = 2 ** 20;

it(`a trigger keeps nothing of ${DELIVERIES} deliveries whose executions n8n could not start`, async () => {
	const n8n = await new N8nWebhooks({
		onStart: async () => {
			throw new Error('The database is locked');
		},
	}).start();
	const places = limit(AT_ONCE);
	const statuses = new Set<number>();
	const heap: number[] = [];
	for (let round = 0; round < ROUNDS; round++) {
		const size = DELIVERIES / ROUNDS;
		const deliveries = Array.from({ length: size }, async (_, number) =>
			places(async () => {
				const project = finishedProject({ id: `cm${round}x${number}` });
				const { headers, body } = signed(eventBody('video.completed', project));
				const answer = await fetch(n8n.url, {
					method: 'POST',
					headers: headers as Record<string, string>,
					body,
				});
				statuses.add(answer.status);
				await answer.text();
			}),
		);
		await Promise.all(deliveries);
		n8n.logged.length = 0;
		collectGarbage();
		heap.push(process.memoryUsage().heapUsed / MEGABYTE);
	}
	await n8n.stop();
	console.log(`chaos: heap in MB ${heap.map((size) => size.toFixed(1)).join(' ')}`);

	// Magic Hour sends each of them again.
	expect([...statuses]).toEqual([500]);
	expect(n8n.started).toEqual([]);
	expect(n8n.storedCharacters).toBeLessThan(1000);
	const half = heap.slice(ROUNDS / 2);
	expect(Math.min(...half) - Math.min(...heap.slice(1, ROUNDS / 2))).toBeLessThan(3);
});
