import { eventBody, finishedProject, nowSeconds, send, signed } from './deliveries.cts';
import { N8nWebhooks } from './n8nWebhooks.cts';

let n8n: N8nWebhooks;
afterEach(async () => await n8n.stop());

/** A finished project of its own, signed. */
const project = (id: string, options?: { timestamp: string }) =>
	signed(eventBody('video.completed', finishedProject({ id })), options);

const projects = (count: number) => Array.from({ length: count }, (_, index) => `project-${index}`);

function deferred() {
	let resolve!: () => void;
	const promise = new Promise<void>((done) => (resolve = done));
	return { promise, resolve };
}

const ids = () => n8n.started.map(({ id }) => id);

test('a delivery that is sent again starts nothing, and is answered with 2xx', async () => {
	n8n = await new N8nWebhooks().start();
	const delivery = project('a');

	const answers = [await send(n8n.url, delivery), await send(n8n.url, delivery)];

	expect(answers.map(({ status }) => status)).toEqual([200, 200]);
	expect(ids()).toEqual(['a']);
});

test('nor does the vendor’s own next try, signed anew with a later timestamp', async () => {
	n8n = await new N8nWebhooks().start();

	await send(n8n.url, project('a', { timestamp: String(nowSeconds() - 60) }));
	await send(n8n.url, project('a'));

	expect(ids()).toEqual(['a']);
});

test('another event of the same project is another delivery', async () => {
	n8n = await new N8nWebhooks({
		parameters: { events: ['video.started', 'video.completed'] },
	}).start();

	await send(n8n.url, signed(eventBody('video.started')));
	await send(n8n.url, signed(eventBody('video.completed')));

	expect(n8n.started.map(({ event }) => event)).toEqual(['video.started', 'video.completed']);
});

test('the same delivery twenty times at once starts one execution', async () => {
	n8n = await new N8nWebhooks().start();
	const delivery = project('a');

	await Promise.all(Array.from({ length: 20 }, async () => await send(n8n.url, delivery)));

	expect(ids()).toEqual(['a']);
});

test('a restart of n8n forgets nothing', async () => {
	n8n = await new N8nWebhooks().start();

	await send(n8n.url, project('a'));
	await n8n.restart();
	await send(n8n.url, project('a'));
	await send(n8n.url, project('b'));

	expect(ids()).toEqual(['a', 'b']);
});

test('1,000 deliveries at once start 1,000 executions, and none again when all are replayed after a restart', async () => {
	n8n = await new N8nWebhooks().start();
	const deliveries = projects(1000).map((id) => project(id));
	const sendAll = async () =>
		await Promise.all(deliveries.map(async (delivery) => await send(n8n.url, delivery)));

	const statuses = (await sendAll()).map(({ status }) => status);

	expect(new Set(statuses)).toEqual(new Set([200]));
	expect(ids()).toHaveLength(1000);
	expect(new Set(ids())).toEqual(new Set(projects(1000)));

	await n8n.restart();
	await sendAll();
	expect(ids()).toHaveLength(1000);
}, 120_000);

test('what is kept is bounded: 2,000 deliveries in less than 32 kB', async () => {
	n8n = await new N8nWebhooks().start();
	for (const id of projects(2500)) await send(n8n.url, project(id));

	expect(n8n.storedCharacters).toBeLessThan(32_000);

	await n8n.restart();
	await send(n8n.url, project('project-2499'));
	await send(n8n.url, project('project-500'));
	expect(ids()).toHaveLength(2500);
}, 120_000);

test('a delivery answered after a later one does not make n8n forget that one', async () => {
	const { promise: later, resolve: answered } = deferred();
	n8n = await new N8nWebhooks({
		onStart: async ({ id }) => await (id === 'a' ? later : undefined),
	}).start();

	const earlier = send(n8n.url, project('a'));
	await n8n.reached('a');
	await send(n8n.url, project('b'));
	answered();
	await earlier;
	await n8n.restart();
	await send(n8n.url, project('b'));

	expect(ids()).toEqual(['b', 'a']);
});

test('a delivery whose execution n8n failed to start is started by the vendor’s next try', async () => {
	const { promise: later, resolve: answered } = deferred();
	let healthy = false;
	n8n = await new N8nWebhooks({
		onStart: async ({ id }) => {
			if (id !== 'a' || healthy) return;
			await later;
			throw new Error('The database is gone');
		},
	}).start();

	const failing = send(n8n.url, project('a'));
	await n8n.reached('a');
	await send(n8n.url, project('b'));
	answered();
	const failed = await failing;
	healthy = true;
	const retried = await send(n8n.url, project('a'));

	expect([failed.status, retried.status]).toEqual([500, 200]);
	expect(ids()).toEqual(['b', 'a']);
});

test('while a person listens for a test event, the same event may be sent again', async () => {
	n8n = await new N8nWebhooks({ mode: 'manual' }).start();
	const delivery = project('a');

	await send(n8n.url, delivery);
	await send(n8n.url, delivery);

	expect(ids()).toEqual(['a', 'a']);
});
