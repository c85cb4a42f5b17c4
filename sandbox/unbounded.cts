import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

import type { Answer } from './answer.cts';
import type { RecordedResponse } from './record.cts';

const MEGABYTE = Buffer.alloc(1024 * 1024, ' ');
const BOMB_MEGABYTES = 450;

/** The right answer with 450 MB of blanks after it, which are none of its meaning, in half a megabyte of gzip. */
export function bomb({ headers, body }: Answer): Answer {
	const blanks = gzipSync(MEGABYTE);
	// Parts that were compressed each for itself are one whole, one after the other.
	const packed = [gzipSync(body), ...Array<Buffer>(BOMB_MEGABYTES).fill(blanks)];
	const bytes = Buffer.concat(packed);
	return {
		status: 200,
		headers: { ...headers, 'content-encoding': 'gzip', 'content-length': String(bytes.length) },
		body: bytes,
	};
}

/** Sends the answer, and blanks after it for as long as the client reads. */
export async function sendEndless(res: RecordedResponse, answer: Answer): Promise<void> {
	const headers = { ...answer.headers };
	delete headers['content-length'];
	res.locals.record.status = answer.status;
	res.writeHead(answer.status, headers);
	res.write(answer.body);
	while (!res.closed) await new Promise((resolve) => res.write(MEGABYTE, resolve));
}

/** Sends the answer byte by byte. */
export async function sendDripping(
	res: RecordedResponse,
	answer: Answer,
	secondsPerByte: number,
	signal: AbortSignal,
): Promise<void> {
	res.locals.record.status = answer.status;
	res.writeHead(answer.status, answer.headers);
	for (const byte of answer.body) {
		if (res.closed) return;
		res.write(Buffer.of(byte));
		await pause(secondsPerByte * 1000, undefined, { signal });
	}
	res.end();
}
