import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { Bench, items, WAITED_JOB, workflowOf } from './support.cts';

describe('a plain http Base URL on this machine, where HTTP_PROXY is set', () => {
	let bench: Bench;
	let proxy: Server;
	const seen: string[] = [];
	beforeAll(async () => {
		bench = await Bench.start();
		proxy = createServer((req, res) => {
			seen.push(`${req.method} ${req.url} ${req.headers.authorization}`);
			res.writeHead(502).end();
		});
		await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
		process.env.HTTP_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
	});
	afterAll(async () => {
		delete process.env.HTTP_PROXY;
		proxy.close();
		await bench.stop();
	});

	it('is asked directly: neither the key nor a file goes through the proxy', async () => {
		const ran = await bench.run(workflowOf(items(1), { ...WAITED_JOB, output: 'videoFile' }));
		expect(seen).toEqual([]);
		expect(ran.error).toBeUndefined();
		expect(ran.items()[0]!.binary!.data!.mimeType).toBe('video/mp4');
	});
});
