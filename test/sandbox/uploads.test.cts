import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { Readable } from 'node:stream';

import { startSandbox } from '../../sandbox/index.cts';
import { connect, create, project, storage, uploadUrl, useSandbox } from './sandboxBed.cts';
import { until } from '../../n8n/poll.cts';

const bed = useSandbox();

const sha256 = (content: string) => createHash('sha256').update(content).digest('hex');

test('a file that was sent completely is stored under its file_path', async () => {
	const { upload_url, file_path } = await uploadUrl(bed.client, 'video', 'mp4');
	const { status, data } = await storage.put(upload_url, Buffer.from('a video'));
	expect([status, data]).toEqual([200, '']);
	expect([...bed.sandbox.uploads]).toEqual([[file_path, { bytes: 7, sha256: sha256('a video') }]]);
});

test('a stream of any length is only counted and digested', async () => {
	const piece = Buffer.alloc(1024 * 1024, 'x');
	const pieces = 64;
	const { upload_url, file_path } = await uploadUrl(bed.client, 'video', 'mov');
	const { status } = await storage.put(
		upload_url,
		Readable.from(
			(function* () {
				for (let sent = 0; sent < pieces; sent++) yield piece;
			})(),
		),
		{
			headers: { 'content-length': pieces * piece.length },
			maxRedirects: 0,
			maxBodyLength: Infinity,
		},
	);
	expect(status).toBe(200);
	expect(bed.sandbox.uploads.get(file_path)).toEqual({
		bytes: pieces * piece.length,
		sha256: sha256('x'.repeat(pieces * piece.length)),
	});
	expect(bed.sandbox.requestsTo('upload')[0]).toMatchObject({
		bytes: pieces * piece.length,
		body: undefined,
		status: 200,
	});
});

test('a file that is sent again replaces the first', async () => {
	const { upload_url, file_path } = await uploadUrl(bed.client, 'audio', 'mp3');
	await storage.put(upload_url, Buffer.from('first'));
	await storage.put(upload_url, Buffer.from('second try'));
	expect(bed.sandbox.uploads.get(file_path)).toEqual({ bytes: 10, sha256: sha256('second try') });
});

test('a file that breaks off is not stored', async () => {
	const { upload_url } = await uploadUrl(bed.client, 'video', 'mp4');
	const sending = request(upload_url, { method: 'PUT', headers: { 'content-length': 100 } });
	sending.on('error', () => undefined);
	sending.write('half of it');
	await until('the upload', () => bed.sandbox.requestsTo('upload')[0]?.bytes === 10);
	sending.destroy();
	// What comes after it is answered: the broken one has been dealt with, and the sandbox is well.
	expect((await bed.client.get('/v1/account')).status).toBe(200);
	expect(bed.sandbox.uploads.size).toBe(0);
	expect(bed.sandbox.requestsTo('upload')[0]?.status).toBeUndefined();
});

test('a body of unknown length is refused', async () => {
	const { upload_url } = await uploadUrl(bed.client, 'video', 'mp4');
	const { status } = await storage.put(upload_url, Readable.from(['a', 'b']), { maxRedirects: 0 });
	expect(status).toBe(411);
	expect(bed.sandbox.requestsTo('upload')[0]?.headers['transfer-encoding']).toBe('chunked');
	expect(bed.sandbox.uploads.size).toBe(0);
});

test('a client that shows its key is refused, and the record tells', async () => {
	const { upload_url } = await uploadUrl(bed.client, 'video', 'mp4');
	const { status, data } = await bed.client.put(upload_url, Buffer.from('a video'));
	expect(status).toBe(400);
	expect(data.message).toMatch(/takes no Authorization/);
	expect(bed.sandbox.requestsTo('upload')[0]?.headers.authorization).toBe('Bearer sandbox-key');
	expect(bed.sandbox.uploads.size).toBe(0);
});

test('an address that was changed, is for another file, or was given out before a reset is refused', async () => {
	const one = await uploadUrl(bed.client, 'video', 'mp4');
	const other = await uploadUrl(bed.client, 'video', 'mp4');
	for (const url of [
		one.upload_url.replace(/expires=\d/, 'expires=9'),
		one.upload_url.replace(/token=./, 'token=-'),
		one.upload_url.replace(/\?.*/, ''),
		one.upload_url.replace(one.file_path, other.file_path),
	]) {
		expect((await storage.put(url, Buffer.from('x'))).status).toBe(403);
	}
	bed.sandbox.reset();
	expect((await storage.put(one.upload_url, Buffer.from('x'))).status).toBe(403);
	expect(bed.sandbox.uploads.size).toBe(0);
});

test('an address is for sending only', async () => {
	const { upload_url } = await uploadUrl(bed.client, 'video', 'mp4');
	expect((await storage.get(upload_url)).status).toBe(404);
});

test('an address that has expired is refused', async () => {
	const hasty = await startSandbox({ uploadValiditySeconds: 0 });
	const { upload_url } = await uploadUrl(connect(hasty), 'video', 'mp4');
	expect(await storage.put(upload_url, Buffer.from('x'))).toMatchObject({
		status: 403,
		data: { message: 'This address has expired' },
	});
	await hasty.close();
});

test('a line of limited speed is as slow for uploads and downloads as it says', async () => {
	const slow = await startSandbox({ storageBytesPerSecond: 1e6 });
	const key = connect(slow);
	const secondsOf = async (transfer: () => Promise<unknown>) => {
		const begin = performance.now();
		await transfer();
		return (performance.now() - begin) / 1000;
	};
	const file = Buffer.alloc(5e5, 'x');
	const { upload_url } = await uploadUrl(key, 'video', 'mp4');
	expect(await secondsOf(async () => storage.put(upload_url, file))).toBeGreaterThan(0.4);

	slow.setScript(() => ({ result: file, queueSeconds: 0, renderSeconds: 0 }));
	const { id } = await create(key);
	const [download] = (await project(key, id)).downloads;
	const load = async () => {
		const { data } = await storage.get(download!.url, { responseType: 'arraybuffer' });
		expect(file.equals(data)).toBe(true);
	};
	expect(await secondsOf(load)).toBeGreaterThan(0.4);
	await slow.close();
});
