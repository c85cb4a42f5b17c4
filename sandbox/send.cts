import type { Request } from 'express';

import type { Answer } from './answer.cts';
import type { Line } from './line.cts';
import type { RecordedResponse } from './record.cts';

/** Bytes of a body that go out at a time over a line of limited speed. */
const PIECE = 256 * 1024;

/** Sends an answer piece by piece, as fast as the line carries it. */
export async function sendOver(line: Line, res: RecordedResponse, answer: Answer): Promise<void> {
	const { status, headers, body } = answer;
	res.locals.record.status = status;
	res.writeHead(status, headers);
	for (let start = 0; start < body.length && !res.closed; start += PIECE) {
		const piece = body.subarray(start, start + PIECE);
		await line.carry(piece.length);
		await new Promise((resolve) => res.write(piece, resolve));
	}
	res.end();
}

export function send(res: RecordedResponse, { status, headers, body }: Answer): void {
	res.locals.record.status = status;
	res.writeHead(status, headers);
	res.end(body);
}

/** Sends half of the body that was announced. What comes then is up to the caller. */
export function sendHalf(
	res: RecordedResponse,
	{ status, headers, body }: Answer,
	then?: () => void,
): void {
	res.locals.record.status = status;
	res.writeHead(status, headers);
	res.write(body.subarray(0, body.length / 2), then);
}

/** Resets the connection: the client sees ECONNRESET. */
export function reset(req: Request): void {
	req.socket.resetAndDestroy();
}

/** Reads a body that nobody wants, because a client that is still sending may not look at the answer. */
export async function drain(req: Request): Promise<void> {
	if (req.readableEnded) return;
	for await (const piece of req) void piece;
}
