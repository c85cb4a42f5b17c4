import { extname, join } from 'node:path';

import express from 'express';

import { listen, type Service } from './listen.cts';

const SAMPLES = join(__dirname, '../samples');
const FILES: Record<string, string> = { '.mp3': 'voice-over.mp3', '.mp4': 'talking-head.mp4' };

/** A web server that has a video or a voice at any address: it stands for those of the example workflows. */
export async function startSampleServer(): Promise<Service> {
	const app = express();
	app.use((request, response) => {
		const file = FILES[extname(request.path)];
		if (file === undefined) response.sendStatus(404);
		else response.sendFile(join(SAMPLES, file));
	});
	return await listen(app);
}
