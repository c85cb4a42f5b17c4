import { Readable } from 'node:stream';

import type { Express, Response } from 'express';

import { PAUSES, REQUEST_POLICY } from '../../../nodes/magicHour/api/requestPolicy.ts';
import { Unreadable } from '../../../nodes/magicHour/media/byteSource.ts';
import type { MediaKind } from '../../../nodes/magicHour/media/media.ts';
import { readMedia } from '../../../nodes/magicHour/media/readMedia.ts';
import { webSource } from '../../../nodes/magicHour/media/webSource.ts';
import { fixture, fixturePath } from '../../support/mediaFixtures.cts';
import { fixtureRoutes, serve } from '../../support/mediaServer.cts';
import { ctx } from './context.cts';

const { signal } = new AbortController();

/** What is known of a file at an address, as a job would ask. */
async function look(url: string, kind: MediaKind = 'video') {
	try {
		return await readMedia(await webSource(ctx, url, signal), kind);
	} catch (error) {
		if (error instanceof Unreadable) return { unknown: error.reason };
		throw error;
	}
}

const GIGABYTE = 1e9;
const KILOBYTE = 1024;

/** A video of a gigabyte whose index stands at its end: the content in the middle is made up. */
function large() {
	const whole = fixture('index-last-60fps.mp4');
	const index = whole.subarray(whole.indexOf('moov') - 4);
	const head = Buffer.from('\0\0\0\x10ftypisom\0\0\0\0\0\0\0\x01mdat\0\0\0\0\0\0\0\0', 'latin1');
	const contentBytes = GIGABYTE - head.length - index.length;
	head.writeBigUInt64BE(BigInt(contentBytes + 16), 24);
	return (from: number, to: number) => {
		const bytes = Buffer.alloc(to - from);
		for (const [part, at] of [
			[head, 0],
			[index, head.length + contentBytes],
		] as const) {
			if (from < at + part.length && to > at) part.copy(bytes, at - from, Math.max(0, from - at));
		}
		return bytes;
	};
}

/** So many bytes, made as they are taken. */
function* zeros(bytes: number) {
	for (let made = 0; made < bytes; made += 64 * KILOBYTE) yield Buffer.alloc(64 * KILOBYTE);
}

const sendOnAndOn = (res: Response) => Readable.from(zeros(GIGABYTE)).pipe(res);

function routes(app: Express) {
	fixtureRoutes(app);
	app.get('/large.mp4', (req, res) => {
		const [, from, to] = /bytes=(\d+)-(\d+)/.exec(req.headers.range!)!.map(Number);
		const part = large()(from!, Math.min(to! + 1, GIGABYTE));
		res.status(206).set('content-range', `bytes ${from}-${to}/${GIGABYTE}`).end(part);
	});
	app.get('/large-whole.mp4', (_req, res) => {
		res.set('content-length', String(GIGABYTE)).write(large()(0, 64 * KILOBYTE));
		sendOnAndOn(res);
	});
	app.get('/endless', (_req, res) => void sendOnAndOn(res));
	app.get('/hops/:left/:name', (req, res) => {
		const left = Number(req.params.left);
		const { name } = req.params;
		res.redirect(left === 0 ? `/ranges/${name}` : `../${left - 1}/${name}`);
	});
	app.get('/to-a-file', (_req, res) => res.redirect('file:///etc/passwd'));
	app.get('/silent', (_req, res) => {
		res.status(206).set('content-range', 'bytes 0-65535/100000').write(Buffer.alloc(10));
	});
	app.get('/more-than-asked', (_req, res) => {
		res.status(206).set('content-range', `bytes 0-65535/${GIGABYTE}`);
		sendOnAndOn(res);
	});
	app.get('/another-part', (_req, res) => {
		res.status(206).set('content-range', 'bytes 5-14/100').end(Buffer.alloc(10));
	});
	app.get('/broken', (_req, res) => {
		res.status(206).set({ 'content-range': 'bytes 0-99/100', 'content-length': '100' });
		res.write(Buffer.alloc(10));
		setImmediate(() => res.destroy());
	});
	let asked = 0;
	app.get('/busy-once/:name', (req, res) => {
		if (asked++ === 0) res.status(503).end();
		else res.sendFile(fixturePath(req.params.name));
	});
}

describe('looking at a file on the web', () => {
	let server: Awaited<ReturnType<typeof serve>>;
	beforeAll(async () => {
		PAUSES.first = 0.01;
		REQUEST_POLICY.readMedia.timeoutSeconds = 1;
		server = await serve(routes);
	});
	afterAll(async () => await server.close());
	beforeEach(() => {
		server.traffic.requests = [];
		server.traffic.bytes = 0;
	});

	it('takes 0.3 MB of a gigabyte whose index is at its end', async () => {
		expect(await look(`${server.url}/large.mp4`)).toEqual({ seconds: 2, fps: 60 });
		expect(server.traffic.bytes).toBeLessThan(300 * KILOBYTE);
	});

	it('is given up after 32 MB where the server gives no parts', async () => {
		expect(await look(`${server.url}/endless`)).toEqual({ unknown: expect.any(String) });
		expect(await look(`${server.url}/large-whole.mp4`)).toEqual({
			unknown: 'too much of it would have to be read',
		});
		expect(server.traffic.bytes).toBeLessThan(66 * KILOBYTE * KILOBYTE);
	});

	it('takes no more than it asked for of a server that sends without end', async () => {
		expect(await look(`${server.url}/more-than-asked`)).toEqual({ unknown: expect.any(String) });
		// What the buffers of a connection took before it was closed counts, too.
		expect(server.traffic.bytes).toBeLessThan(GIGABYTE / 20);
	});

	it('follows three redirects, and asks the last address from then on', async () => {
		const found = await look(`${server.url}/hops/2/index-first.mp4`);
		expect(found).toEqual({ seconds: 3.2, fps: 25 });
		expect(await look(`${server.url}/hops/3/index-first.mp4`)).toEqual({
			unknown: 'its address leads to another one too often',
		});
	});

	it('goes to web addresses only', async () => {
		expect(await look(`${server.url}/to-a-file`)).toEqual({
			unknown: "its address leads to one that isn't a web address",
		});
	});

	it('sends no key', async () => {
		await look(`${server.url}/ranges/index-first.mp4`);
		expect(server.traffic.requests.map(({ authorization }) => authorization)).toEqual([undefined]);
	});

	it('tries again where a server was busy', async () => {
		expect(await look(`${server.url}/busy-once/vp8.webm`)).toEqual({ seconds: 3, fps: 25 });
	});

	it.each([
		['/nowhere', 'its server answered with status 404'],
		['/silent', 'its server fell silent'],
		['/another-part', 'its server sent another part than it was asked for'],
		['/broken', 'its server broke off'],
	])('says why it cannot know: %s', async (path, reason) => {
		expect(await look(`${server.url}${path}`)).toEqual({ unknown: reason });
	});

	it('says so where no server is', async () => {
		expect(await look('http://127.0.0.1:1/head.mp4')).toEqual({
			unknown: 'its server could not be reached (ECONNREFUSED)',
		});
	});
});
