import {
	eventBody,
	finishedProject,
	nowSeconds,
	send,
	sendAndHangUp,
	signed,
} from './deliveries.cts';
import { until } from '../../n8n/poll.cts';
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

test('nor does the vendor’s own next try, signed again with a later timestamp', async () => {
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

describe('a sender that hangs up before n8n has started the execution', () => {
	/** n8n whose database is locked until `unlock` is called, which succeeds or fails. */
	async function locked() {
		const { promise: unlocked, resolve: unlock } = deferred();
		const database = { isBroken: true };
		n8n = await new N8nWebhooks({
			onStart: async () => {
				await unlocked;
				if (database.isBroken) throw new Error('The database is locked');
			},
		}).start();
		const reached = n8n.reached('a');
		await sendAndHangUp(n8n.url, project('a'), reached);
		return { unlock, database };
	}

	test('is told to come again while the start may still fail', async () => {
		const { unlock, database } = await locked();

		const repeated = await send(n8n.url, project('a'));
		database.isBroken = false;
		unlock();
		await until('two answers', () => n8n.answered === 2);

		expect(repeated.status).toBe(503);
		expect(ids()).toEqual(['a']);
		expect((await send(n8n.url, project('a'))).text).toContain('received before');
	});

	test('gets its execution by the next try where the start failed', async () => {
		const { unlock, database } = await locked();

		unlock();
		await until('an answer', () => n8n.answered === 1);
		database.isBroken = false;
		const repeated = await send(n8n.url, project('a'));

		expect(repeated.status).toBe(200);
		expect(ids()).toEqual(['a']);
	});
});

describe('the memory belongs to the workflow and the node', () => {
	test('a copy of the workflow, with its static data, starts what the original has started', async () => {
		n8n = await new N8nWebhooks().start();
		await send(n8n.url, project('a'));
		const copy = await new N8nWebhooks({ staticData: n8n.storedStaticData }).start();

		await send(copy.url, project('a'));
		await copy.stop();

		expect(copy.started).toMatchObject([{ id: 'a' }]);
	});

	test('two triggers of a workflow start it once each, also after a restart', async () => {
		n8n = await new N8nWebhooks({ triggers: ['one', 'two'] }).start();
		const toBoth = async () =>
			await Promise.all(
				['one', 'two'].map(async (trigger) => await send(n8n.urlOf(trigger), project('a'))),
			);

		await toBoth();
		await n8n.restart();
		await toBoth();

		expect(ids()).toEqual(['a', 'a']);
	});

	test('a trigger that is renamed still knows what it has started', async () => {
		n8n = await new N8nWebhooks().start();
		await send(n8n.url, project('a'));

		n8n.triggerName = 'Result';
		await n8n.restart();
		await send(n8n.url, project('a'));

		expect(ids()).toEqual(['a']);
	});

	test('deliveries that arrive before n8n has saved anything are not started again', async () => {
		const { promise: saved, resolve: save } = deferred();
		n8n = await new N8nWebhooks({ onSave: async () => await saved }).start();
		const all = projects(10).map((id) => project(id));
		const first = all.map(async (delivery) => await send(n8n.url, delivery));
		await until('ten executions', () => n8n.started.length === 10);

		const second = all.map(async (delivery) => await send(n8n.url, delivery));
		save();
		await Promise.all([...first, ...second]);

		expect(n8n.started).toHaveLength(10);
	});
});

test('while a person listens for a test event, the same event may be sent again', async () => {
	n8n = await new N8nWebhooks({ mode: 'manual' }).start();
	const delivery = project('a');

	await send(n8n.url, delivery);
	await send(n8n.url, delivery);

	expect(ids()).toEqual(['a', 'a']);
});
