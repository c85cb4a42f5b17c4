import type { AddressInfo } from 'node:net';

import express, { type Express } from 'express';

import { fixture, fixturePath } from './mediaFixtures.cts';

/** What a web server was asked for, and what it sent. */
export interface Traffic {
	requests: Array<{ path: string; range?: string; authorization?: string }>;
	/** Bytes of bodies that were handed to the connection. */
	bytes: number;
}

/** A server on this machine that counts. */
export async function serve(routes: (app: Express) => void) {
	const traffic: Traffic = { requests: [], bytes: 0 };
	const app = express();
	app.use((req, res, next) => {
		const { range, authorization } = req.headers;
		traffic.requests.push({ path: req.path, range, authorization });
		const write = res.write.bind(res);
		const end = res.end.bind(res);
		const counted = (piece: unknown) => {
			if (piece instanceof Uint8Array) traffic.bytes += piece.length;
		};
		res.write = ((piece: Uint8Array, ...rest: []) => {
			counted(piece);
			return write(piece, ...rest);
		}) as typeof res.write;
		res.end = ((piece: Uint8Array, ...rest: []) => {
			counted(piece);
			return end(piece, ...rest);
		}) as typeof res.end;
		next();
	});
	routes(app);
	const server = app.listen(0, '127.0.0.1');
	await new Promise((resolve) => server.once('listening', resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}`,
		traffic,
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

/** Routes for the fixtures: with ranges, and without. */
export function fixtureRoutes(app: Express) {
	app.get('/ranges/:name', (req, res) => res.sendFile(fixturePath(req.params.name)));
	app.get('/whole/:name', (req, res) => {
		res.type('bin').end(fixture(req.params.name));
	});
}
