import type { NextFunction, Request, Response } from 'express';

import type { Endpoint, RecordedRequest } from './types.cts';

/** A response that knows the record of its request. */
export type RecordedResponse = Response<unknown, { record: RecordedRequest }>;

/** Notes every request when it arrives, and says one line about it when it is over. */
export function recorder(requests: RecordedRequest[], log: (line: string) => void) {
	return (req: Request, res: RecordedResponse, next: NextFunction): void => {
		const record: RecordedRequest = {
			endpoint: 'unknown',
			method: req.method,
			path: req.url,
			headers: req.headers,
			body: undefined,
			bytes: 0,
			at: Date.now(),
		};
		requests.push(record);
		res.locals.record = record;
		res.once('close', () => {
			const answer = record.status ?? 'no answer';
			const milliseconds = Date.now() - record.at;
			log(`${req.method} ${req.path} → ${answer} (${record.bytes} bytes in, ${milliseconds} ms)`);
		});
		next();
	};
}

/** Names the endpoint in the record of a request. */
export function named(endpoint: Endpoint) {
	return (_req: Request, res: RecordedResponse, next: NextFunction): void => {
		res.locals.record.endpoint = endpoint;
		next();
	};
}

/** Puts the body that was read into the record. What isn't JSON is left to the endpoint to refuse. */
export function noteBody(req: Request, res: RecordedResponse, next: NextFunction): void {
	const body: unknown = req.body;
	if (Buffer.isBuffer(body)) {
		res.locals.record.bytes = body.length;
		res.locals.record.body = parsed(body);
	}
	next();
}

function parsed(body: Buffer): unknown {
	try {
		return JSON.parse(body.toString('utf8'));
	} catch {
		return undefined;
	}
}
