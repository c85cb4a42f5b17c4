import { STATUS_CODES } from 'node:http';
import { setTimeout } from 'node:timers/promises';

import type { Request } from 'express';

import { answer, done, json, type Answer } from './answer.cts';
import type { RecordedResponse } from './record.cts';
import { drain, reset, send, sendHalf } from './send.cts';
import type { Fault, FaultAction } from './types.cts';
import { bomb, sendDripping, sendEndless } from './unbounded.cts';

interface Spoilable {
	req: Request;
	res: RecordedResponse;
	/** Does what the request asks for. */
	handle: () => Promise<Answer>;
	/** Ends delays when the sandbox closes. */
	closed: AbortSignal;
}

/** Lets a fault happen to a request. */
export async function spoil(
	{ action, effect }: Fault,
	{ req, res, handle, closed }: Spoilable,
): Promise<void> {
	if (action === 'resetBefore') return reset(req);

	const rightAnswer = takesEffect(action, effect) ? await handle() : await ignored(req);
	if (typeof action === 'object') {
		if ('status' in action) return send(res, chosenAnswer(action));
		if ('dripSeconds' in action) {
			return await sendDripping(res, rightAnswer, action.dripSeconds, closed);
		}
		await setTimeout(action.delaySeconds * 1000, undefined, { signal: closed });
		return send(res, rightAnswer);
	}
	switch (action) {
		case 'hang':
			return;
		case 'reset':
			return reset(req);
		case 'empty':
			return send(res, done());
		case 'garbage':
			return send(res, answer(200, '<html>It works!</html>', { 'content-type': 'text/html' }));
		case 'truncated':
			return sendTruncated(res, rightAnswer);
		case 'stall':
			return sendHalf(res, rightAnswer);
		case 'bomb':
			return send(res, bomb(rightAnswer));
		case 'endless':
			return await sendEndless(res, rightAnswer);
	}
}

function takesEffect(action: FaultAction, effect: boolean | undefined): boolean {
	if (typeof action === 'string') return effect ?? true;
	return 'status' in action ? (effect ?? false) : true;
}

async function ignored(req: Request): Promise<Answer> {
	await drain(req);
	return json(200, { message: 'This request had no effect' });
}

function chosenAnswer(action: Extract<FaultAction, { status: number }>): Answer {
	const { status, body = { message: STATUS_CODES[status] ?? 'Unknown' }, headers } = action;
	return typeof body === 'string'
		? answer(status, body, { 'content-type': 'text/html; charset=utf-8', ...headers })
		: json(status, body, headers);
}

/** JSON is well sent and cut in itself; a file breaks off, as it does when a connection is lost. */
function sendTruncated(res: RecordedResponse, whole: Answer): void {
	const { 'content-type': type = '' } = whole.headers;
	if (!type.startsWith('application/json')) return sendHalf(res, whole, () => res.socket?.end());
	const half = whole.body.subarray(0, whole.body.length / 2);
	send(res, answer(200, half, { 'content-type': type }));
}
