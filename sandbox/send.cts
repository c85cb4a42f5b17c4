import type { Request } from 'express';

import type { Answer } from './answer.cts';
import type { RecordedResponse } from './record.cts';

export function send(res: RecordedResponse, { status, headers, body }: Answer): void {
	res.locals.record.status = status;
	res.writeHead(status, headers);
	res.end(body);
}

/** Sends half of the body that was announced, then ends the connection. */
export function sendHalf(res: RecordedResponse, { status, headers, body }: Answer): void {
	res.locals.record.status = status;
	res.writeHead(status, headers);
	res.write(body.subarray(0, body.length / 2), () => res.socket?.end());
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
