import type { Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

import express, { type Express, type NextFunction, type Request } from 'express';

import { json, Refusal, type Answer } from './answer.cts';
import type { Handle } from './api.cts';
import type { Faults } from './faults.cts';
import { RESULTS_PATH } from './jobRegistry.cts';
import type { Line } from './line.cts';
import type { RateGate } from './rateLimit.cts';
import { named, noteBody, recorder, type RecordedResponse } from './record.cts';
import { drain, send, sendOver } from './send.cts';
import { spoil } from './spoil.cts';
import { ENDPOINTS, type Endpoint, type RecordedRequest } from './types.cts';
import { UPLOADS_PATH } from './uploads.cts';

const ROUTES: Record<Endpoint, { method: 'get' | 'post' | 'put' | 'delete'; path: string }> = {
	uploadUrls: { method: 'post', path: '/v1/files/upload-urls' },
	createLipSync: { method: 'post', path: '/v1/lip-sync' },
	getProject: { method: 'get', path: '/v1/video-projects/:id' },
	deleteProject: { method: 'delete', path: '/v1/video-projects/:id' },
	getAccount: { method: 'get', path: '/v1/account' },
	upload: { method: 'put', path: `${UPLOADS_PATH}*file_path` },
	download: { method: 'get', path: `${RESULTS_PATH}:id/:index/output.mp4` },
};

const JSON_LIMIT = '1mb';

interface Parts {
	handles: Record<Endpoint, Handle>;
	faults: Faults;
	rate: RateGate;
	requests: RecordedRequest[];
	control: express.Router;
	closed: AbortSignal;
	/** That downloads go over; undefined: as fast as can be. */
	line?: Line;
	log: (line: string) => void;
}

/** The way of a request: noted, read, hit by a fault or not, done, answered. */
export function application({
	handles,
	faults,
	rate,
	requests,
	control,
	closed,
	line,
	log,
}: Parts): Express {
	const app = express();
	app.disable('x-powered-by').enable('strict routing').enable('case sensitive routing');
	app.use(originForm);
	app.use('/sandbox', control);
	app.use(recorder(requests, log));

	for (const endpoint of ENDPOINTS) {
		const { method, path } = ROUTES[endpoint];
		const readBody = express.raw({ type: () => endpoint !== 'upload', limit: JSON_LIMIT });
		app[method](path, named(endpoint), readBody, noteBody, async (req, res: RecordedResponse) => {
			const { record } = res.locals;
			const handle = async () =>
				answered(
					(call) => {
						rate.demandRoom(endpoint);
						return handles[endpoint](call);
					},
					{ req, record },
				);
			const fault = faults.take(record);
			if (fault) await spoil(fault, { req, res, handle, closed });
			else if (endpoint === 'download' && line) await sendOver(line, res, await handle());
			else send(res, await handle());
		});
	}
	app.use((_req, res: RecordedResponse) => send(res, json(404, { message: 'Not Found' })));
	app.use(failed(log));
	return app;
}

/** A client that speaks to a proxy sends the whole address, and every server has to take it (RFC 9112, 3.2.2). */
function originForm(req: Request, _res: unknown, next: NextFunction): void {
	req.url = req.url.replace(/^https?:\/\/[^/?]*/i, '');
	next();
}

async function answered(handle: Handle, call: Parameters<Handle>[0]): Promise<Answer> {
	try {
		return await handle(call);
	} catch (error) {
		if (!(error instanceof Refusal)) throw error;
		await drain(call.req);
		return error.answer;
	}
}

/** What is thrown but no refusal: a body too large, a client that went away, a mistake in the sandbox. */
function failed(log: (line: string) => void) {
	return (
		error: Error & { status?: number },
		req: Request,
		res: RecordedResponse,
		next: NextFunction,
	): void => {
		if (req.socket.destroyed) return;
		if (res.headersSent) return next(error);
		const { status = 500 } = error;
		if (status === 500) log(`failed: ${error.stack}`);
		send(res, json(status, { message: error.message }));
	};
}

/**
 * Listens on 127.0.0.1 and nowhere else.
 * @returns the address
 * @throws Error EADDRINUSE when the port is taken
 */
export async function listen(server: Server, port: number): Promise<string> {
	// Uploads may take as long as they like.
	server.requestTimeout = 0;
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject).listen(port, '127.0.0.1', () => {
			server.off('error', reject);
			resolve();
		});
	});
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('sandbox: no port');
	return `http://127.0.0.1:${address.port}`;
}

/** Milliseconds: how long somebody else's connection may hold the port that was free for a moment. */
const PORT_PATIENCE = 10_000;

/** @throws Error EADDRINUSE when another server has taken the port */
export async function listenAgain(server: Server, port: number): Promise<void> {
	for (const end = Date.now() + PORT_PATIENCE; ; await pause(50)) {
		try {
			await listen(server, port);
			return;
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || Date.now() > end) throw error;
		}
	}
}
