import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

import {
	SIGNATURE_HEADER,
	TIMESTAMP_HEADER,
	type WebhookDelivery,
} from '../../nodes/magicHour/api/contract.ts';
import {
	signDelivery,
	startSandbox,
	type Sandbox,
	type SandboxOptions,
} from '../../sandbox/index.cts';
import { connect, create, project, youtubeJob } from './sandboxBed.cts';
import { until } from '../../n8n/poll.cts';

const secret = 'a secret of the webhook';

interface Received {
	url?: string;
	headers: IncomingHttpHeaders;
	rawBody: string;
	delivery: WebhookDelivery;
	at: number;
}

let receiver: Server;
let received: Received[];
/** Statuses the receiver answers with, one after the other; then 200. */
let answers: number[];
let sandbox: Sandbox;
let lines: string[];

beforeEach(async () => {
	received = [];
	answers = [];
	lines = [];
	receiver = createServer(async (req, res) => {
		const rawBody = await text(req);
		const { url, headers } = req;
		received.push({ url, headers, rawBody, delivery: JSON.parse(rawBody), at: Date.now() });
		res.writeHead(answers.shift() ?? 200, { location: '/elsewhere' }).end();
	});
	await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
	await sandbox?.close();
	receiver.closeAllConnections();
	await new Promise((resolve) => receiver.close(resolve));
});

async function start(options: SandboxOptions = {}, firstRetrySeconds = 0.1) {
	const { port } = receiver.address() as AddressInfo;
	sandbox = await startSandbox({
		queueSeconds: 0.05,
		renderSeconds: 0.05,
		onLog: (line) => lines.push(line),
		webhook: { url: `http://localhost:${port}/webhook/abc`, secret, firstRetrySeconds },
		...options,
	});
	return connect(sandbox);
}

const types = () => received.map(({ delivery }) => delivery.type);

test('a job that is completed sends its start and its end', async () => {
	const client = await start();
	const { id } = await create(client, youtubeJob({ name: 'Grüße 🎬' }));
	await until('two events', () => received.length === 2);
	expect(types()).toEqual(['video.started', 'video.completed']);
	const [started, completed] = received.map(({ delivery }) => delivery.payload);
	const now = await project(client, id);
	expect(started).toEqual({ ...now, status: 'rendering', width: -1, height: -1, downloads: [] });
	expect(completed).toEqual({ ...now, downloads: [expect.any(Object)] });
	expect(received[0]?.url).toBe('/webhook/abc');
	expect(received[0]?.headers['content-type']).toBe('application/json');
	expect(received[0]?.headers.authorization).toBeUndefined();
});

test('each delivery is signed by the rule of the vendor, over its exact bytes', async () => {
	await create(await start(), youtubeJob({ name: 'Grüße 🎬' }));
	await until('two events', () => received.length === 2);
	for (const { headers, rawBody, at } of received) {
		const timestamp = String(headers[TIMESTAMP_HEADER]);
		expect(timestamp).toMatch(/^\d{10}$/);
		expect(Math.abs(Number(timestamp) - at / 1000)).toBeLessThan(2);
		const expected = createHmac('sha256', secret).update(`${timestamp}.${rawBody}`).digest('hex');
		expect(headers[SIGNATURE_HEADER]).toBe(expected);
		expect(signDelivery(secret, Number(timestamp), rawBody)).toBe(expected);
		expect(signDelivery(secret, timestamp, Buffer.from(rawBody))).toBe(expected);
	}
});

test('a job that fails sends that, with the reason', async () => {
	await create(await start({ script: () => ({ outcome: 'error' }) }));
	await until('two events', () => received.length === 2);
	expect(types()).toEqual(['video.started', 'video.errored']);
	expect(received[1]?.delivery.payload).toMatchObject({
		status: 'error',
		credits_charged: 0,
		error: { code: 'no_source_face' },
	});
});

test('a job that is canceled, never ends, or was deleted sends no end', async () => {
	const client = await start({ queueSeconds: 600 });
	const [canceled, rendering, deleted, last] = [
		await create(client),
		await create(client),
		await create(client),
		await create(client),
	];
	sandbox.finish(canceled.id, { outcome: 'canceled' });
	await client.delete(`/v1/video-projects/${deleted.id}`);
	sandbox.finish(deleted.id);
	sandbox.finish(last.id);
	await until('two events', () => received.length === 2);
	expect(received.map(({ delivery }) => delivery.payload.id)).toEqual([last.id, last.id]);
	expect((await project(client, rendering.id)).status).toBe('queued');
});

test('a job that is ended early sends each event once', async () => {
	const client = await start({ queueSeconds: 0, renderSeconds: 600 });
	const { id } = await create(client);
	await until('one event', () => received.length === 1);
	sandbox.finish(id);
	await until('two events', () => received.length === 2);
	expect(types()).toEqual(['video.started', 'video.completed']);
});

test('a delivery is repeated with growing pauses until it is answered with a 2xx', async () => {
	answers = [500, 302, 404, 204];
	const client = await start({ renderSeconds: 600 });
	await create(client);
	await until('four events', () => received.length === 4);
	await until('the line of a delivery', () => lines.some((line) => line.endsWith('→ 204')));
	expect(types()).toEqual(Array(4).fill('video.started'));
	expect(new Set(received.map(({ rawBody }) => rawBody)).size).toBe(1);
	expect(received.map(({ url }) => url)).toEqual(Array(4).fill('/webhook/abc'));
	const pauses = received.slice(1).map(({ at }, index) => at - (received[index]?.at ?? 0));
	for (const [index, shortest] of [90, 190, 390].entries()) {
		expect(pauses[index]).toBeGreaterThanOrEqual(shortest);
	}
	expect(lines.filter((line) => line.startsWith('sandbox webhook video.started'))).toEqual([
		expect.stringMatching(/→ 500, again in 0\.1 s$/),
		expect.stringMatching(/→ 302, again in 0\.2 s$/),
		expect.stringMatching(/→ 404, again in 0\.4 s$/),
		expect.stringMatching(/→ 204$/),
	]);
});

test('an address nobody listens at is tried again too', async () => {
	const closed = createServer();
	await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
	const { port } = closed.address() as AddressInfo;
	await new Promise((resolve) => closed.close(resolve));
	const client = await start({ webhook: { url: `http://127.0.0.1:${port}/`, secret } });
	await create(client);
	await until('the line of a delivery that failed', () =>
		lines.some((line) => /→ ECONNREFUSED, again in 1 s$/.test(line)),
	);
});

test.each(['close', 'reset'] as const)('%s gives up what is not delivered', async (end) => {
	answers = Array(100).fill(500);
	await create(await start({ renderSeconds: 600 }, 0.02));
	await until('an event', () => received.length >= 1);
	await sandbox[end]();
	const sent = received.length;
	// Long enough for several more tries, of which at most one can have been on its way.
	await new Promise((resolve) => setTimeout(resolve, 300));
	expect(received.length).toBeLessThanOrEqual(sent + 1);
});

test.each([
	'https://example.com/hook',
	'http://10.0.0.1/hook',
	'http://127.0.0.1.evil.com/',
	'nonsense',
])('the sandbox does not leave this machine: %s is refused', async (url) => {
	await expect(startSandbox({ webhook: { url, secret } })).rejects.toThrow(
		'sandbox: a webhook address must be on this machine',
	);
});
