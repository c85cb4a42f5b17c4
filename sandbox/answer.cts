import { STATUS_CODES } from 'node:http';

import type { ApiErrorBody } from '../nodes/magicHour/api/contract.ts';

/** An answer before it is sent, so that a fault can still spoil it. */
export interface Answer {
	status: number;
	headers: Record<string, string>;
	body: Buffer;
}

export function answer(
	status: number,
	content: string | Buffer,
	headers: Record<string, string>,
): Answer {
	// Not copied: a result may be as large as memory allows.
	const body = typeof content === 'string' ? Buffer.from(content) : content;
	return { status, headers: { 'content-length': String(body.length), ...headers }, body };
}

export const json = (status: number, value: unknown, headers?: Record<string, string>): Answer =>
	answer(status, JSON.stringify(value), {
		'content-type': 'application/json; charset=utf-8',
		...headers,
	});

export const done = (): Answer => answer(200, '', {});

export const noContent = (): Answer => ({ status: 204, headers: {}, body: Buffer.alloc(0) });

/** Thrown to refuse a request the way the vendor does: `{ message }`, or `{ code, message }`. */
export class Refusal extends Error {
	readonly status: number;
	readonly code?: string;
	private readonly headers?: Record<string, string>;

	constructor(
		status: number,
		message = STATUS_CODES[status] ?? '',
		code?: string,
		headers?: Record<string, string>,
	) {
		super(message);
		this.status = status;
		this.code = code;
		this.headers = headers;
	}

	get answer(): Answer {
		const body: ApiErrorBody = { code: this.code, message: this.message };
		return json(this.status, body, this.headers);
	}
}
