import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

import axios from 'axios';

import type { Fault } from '../../sandbox/index.cts';
import { create, project, storage, uploadUrl, youtubeJob, useSandbox } from './sandboxBed.cts';

const bed = useSandbox();

/** Sends a job that is expected to break the connection, and tells how it broke. */
async function brokenCreate(timeout = 0): Promise<string> {
	try {
		const { status } = await bed.client.post('/v1/lip-sync', youtubeJob(), { timeout });
		return `answered ${status}`;
	} catch (error) {
		return axios.isAxiosError(error) ? `${error.code}: ${error.message}` : String(error);
	}
}

const onCreate = (action: Fault['action'], effect?: boolean) =>
	bed.sandbox.fail({ on: 'createLipSync', action, effect });

describe('a status', () => {
	test('comes in the shape of the vendor, and nothing happens', async () => {
		onCreate({ status: 503 });
		const { status, data, headers } = await bed.client.post('/v1/lip-sync', youtubeJob());
		expect([status, data]).toEqual([503, { message: 'Service Unavailable' }]);
		expect(headers['content-type']).toMatch('application/json');
		expect(bed.sandbox.jobs).toHaveLength(0);
	});

	test('comes with the body and the headers that were asked for', async () => {
		const body = { code: 'rate_limited', message: 'Slow down' };
		onCreate({ status: 429, body, headers: { 'retry-after': '7' } });
		const { status, data, headers } = await bed.client.post('/v1/lip-sync', youtubeJob());
		expect([status, data, headers['retry-after']]).toEqual([429, body, '7']);
	});

	test('comes with a raw text, as of a gateway', async () => {
		onCreate({ status: 502, body: '<h1>Bad Gateway</h1>' });
		const { data, headers } = await bed.client.post('/v1/lip-sync', youtubeJob());
		expect(data).toBe('<h1>Bad Gateway</h1>');
		expect(headers['content-type']).toMatch('text/html');
	});

	test('can be a redirect', async () => {
		onCreate({ status: 307, body: '', headers: { location: 'https://elsewhere.invalid/' } });
		const { status, headers } = await bed.client.post('/v1/lip-sync', youtubeJob(), {
			maxRedirects: 0,
		});
		expect([status, headers.location]).toEqual([307, 'https://elsewhere.invalid/']);
	});

	test('can hide that the request took effect', async () => {
		onCreate({ status: 500 }, true);
		expect((await bed.client.post('/v1/lip-sync', youtubeJob())).status).toBe(500);
		expect(bed.sandbox.jobs).toHaveLength(1);
	});
});

describe('a reset', () => {
	test('before the request is handled leaves nothing behind, whatever is asked for', async () => {
		onCreate('resetBefore', true);
		expect(await brokenCreate()).toBe('ECONNRESET: read ECONNRESET');
		expect(bed.sandbox.jobs).toHaveLength(0);
		expect(bed.sandbox.requestsTo('createLipSync')[0]?.status).toBeUndefined();
	});

	test('instead of the answer leaves the job', async () => {
		onCreate('reset');
		expect(await brokenCreate()).toBe('ECONNRESET: read ECONNRESET');
		expect(bed.sandbox.jobs).toHaveLength(1);
	});

	test('leaves none, if that is asked for', async () => {
		onCreate('reset', false);
		expect(await brokenCreate()).toBe('ECONNRESET: read ECONNRESET');
		expect(bed.sandbox.jobs).toHaveLength(0);
	});
});

test('a request that hangs is never answered, and leaves the job', async () => {
	onCreate('hang');
	expect(await brokenCreate(200)).toBe('ECONNABORTED: timeout of 200ms exceeded');
	expect(bed.sandbox.jobs).toHaveLength(1);
});

test.each<[Fault['action'], RegExp]>([
	['garbage', /^<html>/],
	['empty', /^$/],
	['truncated', /^\{"id":"cm[a-z0-9]+$/],
])('%s: a success that cannot be read, and leaves the job', async (action, text) => {
	onCreate(action);
	const { status, data, headers } = await bed.client.post('/v1/lip-sync', youtubeJob(), {
		transformResponse: (raw: string) => raw,
	});
	expect(status).toBe(200);
	expect(data).toMatch(text);
	expect(headers['content-length']).toBe(String(data.length));
	expect(bed.sandbox.jobs).toHaveLength(1);
});

test('a delay takes effect at once and is answered rightly, later', async () => {
	onCreate({ delaySeconds: 0.3 }, false);
	const sent = Date.now();
	const { id } = await create(bed.client);
	expect(Date.now() - sent).toBeGreaterThanOrEqual(290);
	expect(bed.sandbox.jobs[0]?.id).toBe(id);
	expect(bed.sandbox.jobs[0]?.createdAt).toBeLessThan(sent + 200);
});

describe('which requests are hit', () => {
	const status = async () => (await bed.client.get('/v1/account')).status;

	test('one, if nothing else is said', async () => {
		bed.sandbox.fail({ on: 'getAccount', action: { status: 500 } });
		expect([await status(), await status()]).toEqual([500, 200]);
	});

	test('as many as were asked for, after those to skip', async () => {
		bed.sandbox.fail({ on: 'getAccount', action: { status: 500 }, times: 2, skip: 1 });
		expect([await status(), await status(), await status(), await status()]).toEqual([
			200, 500, 500, 200,
		]);
	});

	test('those to that endpoint that match', async () => {
		const match: Fault['match'] = ({ body }) => (body as { name?: string }).name === 'bad';
		bed.sandbox.fail({ on: 'createLipSync', action: { status: 500 }, times: Infinity, match });
		const named = async (name: string) =>
			(await bed.client.post('/v1/lip-sync', youtubeJob({ name }))).status;
		expect([await named('good'), await named('bad'), await named('bad')]).toEqual([200, 500, 500]);
		expect(await status()).toBe(200);
	});

	test('by the fault asked for first, then by the next', async () => {
		bed.sandbox.fail({ on: 'getAccount', action: { status: 500 } });
		bed.sandbox.fail({ on: 'getAccount', action: { status: 503 } });
		expect([await status(), await status(), await status()]).toEqual([500, 503, 200]);
	});

	test('none, once they are cleared', async () => {
		bed.sandbox.fail({ on: 'getAccount', action: { status: 500 }, times: Infinity });
		expect(await status()).toBe(500);
		bed.sandbox.clearFaults();
		expect(await status()).toBe(200);
	});
});

test('a request that is refused anyway has no effect, whatever the fault', async () => {
	onCreate({ status: 500 }, true);
	expect((await bed.client.post('/v1/lip-sync', youtubeJob({ name: '' }))).status).toBe(500);
	expect(bed.sandbox.jobs).toHaveLength(0);
});

describe('of an upload', () => {
	test('a status reads the file, stores nothing, and the same address works again', async () => {
		bed.sandbox.fail({ on: 'upload', action: { status: 503 } });
		const { upload_url, file_path } = await uploadUrl(bed.client, 'video', 'mp4');
		const content = Buffer.alloc(3_000_000);
		expect((await storage.put(upload_url, content)).status).toBe(503);
		expect(bed.sandbox.uploads.size).toBe(0);
		expect((await storage.put(upload_url, content)).status).toBe(200);
		expect(bed.sandbox.uploads.get(file_path)?.bytes).toBe(content.length);
	});

	test('a reset instead of the answer leaves the file', async () => {
		bed.sandbox.fail({ on: 'upload', action: 'reset' });
		const { upload_url, file_path } = await uploadUrl(bed.client, 'video', 'mp4');
		await expect(storage.put(upload_url, Buffer.from('x'))).rejects.toThrow('ECONNRESET');
		expect(bed.sandbox.uploads.has(file_path)).toBe(true);
	});

	test('a reset before leaves none', async () => {
		bed.sandbox.fail({ on: 'upload', action: 'resetBefore' });
		const { upload_url } = await uploadUrl(bed.client, 'video', 'mp4');
		await expect(storage.put(upload_url, Buffer.from('x'))).rejects.toThrow('ECONNRESET');
		expect(bed.sandbox.uploads.size).toBe(0);
	});
});

describe('of a download', () => {
	const finishedUrl = async () => {
		const { id } = await create(bed.client);
		bed.sandbox.finish(id, { result: Buffer.alloc(100_000, 'v') });
		return (await project(bed.client, id)).downloads[0]?.url ?? '';
	};

	test('truncated breaks off in the middle', async () => {
		bed.sandbox.fail({ on: 'download', action: 'truncated' });
		const url = await finishedUrl();
		const { status, headers, data } = await storage.get(url, { responseType: 'stream' });
		expect([status, headers['content-length']]).toEqual([200, '100000']);
		let bytes = 0;
		const reading = (async () => {
			for await (const piece of data) bytes += piece.length;
		})();
		await expect(reading).rejects.toThrow('aborted');
		expect(bytes).toBe(50_000);
		expect((await storage.get(url)).data).toHaveLength(100_000);
	});

	test('stall stops in the middle, and keeps the connection open', async () => {
		bed.sandbox.fail({ on: 'download', action: 'stall' });
		const { data } = await storage.get(await finishedUrl(), { responseType: 'stream' });
		let bytes = 0;
		for await (const piece of data) {
			bytes += piece.length;
			if (bytes === 50_000) break;
		}
		expect(data.errored).toBeNull();
	});

	test('a status is answered like any other', async () => {
		bed.sandbox.fail({ on: 'download', action: { status: 404 } });
		expect((await storage.get(await finishedUrl())).status).toBe(404);
	});
});

test('of a deletion, a lost answer leaves the video deleted', async () => {
	const { id } = await create(bed.client);
	bed.sandbox.fail({ on: 'deleteProject', action: 'reset' });
	await expect(bed.client.delete(`/v1/video-projects/${id}`)).rejects.toThrow('ECONNRESET');
	expect((await bed.client.get(`/v1/video-projects/${id}`)).status).toBe(404);
});

describe('an answer without a bound', () => {
	test('a bomb is small on its way, and 450 MB when it is unpacked', async () => {
		bed.sandbox.fail({ on: 'getAccount', action: 'bomb' });
		const { data, headers } = await bed.client.get('/v1/account', {
			responseType: 'arraybuffer',
			decompress: false,
		});
		expect(headers['content-encoding']).toBe('gzip');
		expect(data.length).toBeLessThan(1_000_000);
		let bytes = 0;
		for await (const piece of Readable.from([data]).pipe(createGunzip())) bytes += piece.length;
		expect(bytes).toBeGreaterThan(450 * 1024 * 1024);
	});

	test('an endless one continues until the client leaves', async () => {
		bed.sandbox.fail({ on: 'getAccount', action: 'endless' });
		const { data } = await bed.client.get('/v1/account', { responseType: 'stream' });
		let bytes = 0;
		for await (const piece of data) {
			bytes += piece.length;
			if (bytes > 20_000_000) break;
		}
		expect(bytes).toBeGreaterThan(20_000_000);
	});

	test('one that drips comes whole, after its time', async () => {
		bed.sandbox.fail({ on: 'getAccount', action: { dripSeconds: 0.002 } });
		const start = Date.now();
		const { data } = await bed.client.get('/v1/account');
		expect(data).toEqual(bed.sandbox.account);
		expect(Date.now() - start).toBeGreaterThan(JSON.stringify(data).length * 2);
	});
});
