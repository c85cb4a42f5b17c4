import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

import express from 'express';

const SAMPLES = join(__dirname, '../samples');
const FILES: Record<string, string> = { '.mp3': 'voice-over.mp3', '.mp4': 'talking-head.mp4' };

/** A web server that has a video or a voice at any address. */
export interface SampleServer {
	url: string;
	stop: () => Promise<void>;
}

/** Stands for the web addresses of the example workflows. */
export async function startSampleServer(): Promise<SampleServer> {
	const app = express();
	app.use((request, response) => {
		const file = FILES[extname(request.path)];
		if (file === undefined) response.sendStatus(404);
		else response.sendFile(join(SAMPLES, file));
	});
	const server = createServer(app).listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		stop: async () => {
			server.closeAllConnections();
			server.close();
			await once(server, 'close');
		},
	};
}
