import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { EngineBed, items, WAITED_JOB, workflowOf } from './engineBed.cts';

describe('a plain http Base URL on this machine, where HTTP_PROXY is set', () => {
	let bed: EngineBed;
	let proxy: Server;
	const seen: string[] = [];
	beforeAll(async () => {
		bed = await EngineBed.start();
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
		await bed.stop();
	});

	it('is asked directly: neither the key nor a file goes through the proxy', async () => {
		const ran = await bed.run(workflowOf(items(1), { ...WAITED_JOB, output: 'videoFile' }));
		expect(seen).toEqual([]);
		expect(ran.error).toBeUndefined();
		expect(ran.items()[0]!.binary!.data!.mimeType).toBe('video/mp4');
	});
});
