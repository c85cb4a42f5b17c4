import { createHmac } from 'node:crypto';
import { request } from 'node:http';

import type { VideoProject } from '../../nodes/magicHour/api/contract.ts';
import { SECRET } from './n8nWebhooks.cts';

/** A delivery as it goes over the wire; a list of values is sent as a repeated header. */
export interface WireDelivery {
	headers: Record<string, string | string[]>;
	body: string | Buffer;
}

/** A finished lip sync, as in the vendor's contract. */
export function finishedProject(change: Partial<VideoProject> = {}): VideoProject {
	return {
		id: 'cm2fphlo3000dmfhu8m0dh63z',
		name: 'Weekly update',
		status: 'complete',
		type: 'LIP_SYNC',
		created_at: '2026-08-19T05:16:19.027Z',
		width: 512,
		height: 960,
		enabled: true,
		start_seconds: 0,
		end_seconds: 15,
		credits_charged: 450,
		fps: 30,
		error: null,
		downloads: [
			{ url: 'https://videos.magichour.ai/id/output.mp4', expires_at: '2026-08-20T05:16:19.027Z' },
		],
		...change,
	};
}

/** The body of an event, the way the vendor writes it. */
export function eventBody(type: string, payload: unknown = finishedProject()): string {
	return JSON.stringify({ type, payload });
}

export function nowSeconds(): number {
	return Math.floor(Date.now() / 1000);
}

/** The vendor's rule, stated a second time here on purpose: hex HMAC-SHA256 over `<timestamp>.<body>`. */
export function signatureOf(body: string | Buffer, timestamp: string, secret = SECRET): string {
	return createHmac('sha256', secret)
		.update(Buffer.concat([Buffer.from(`${timestamp}.`), Buffer.from(body)]))
		.digest('hex');
}

/** A delivery Magic Hour could have sent. */
export function signed(
	body: string | Buffer,
	{ timestamp = String(nowSeconds()), secret = SECRET } = {},
): WireDelivery {
	return {
		headers: {
			'content-type': 'application/json',
			'magic-hour-event-signature': signatureOf(body, timestamp, secret),
			'magic-hour-event-timestamp': timestamp,
		},
		body,
	};
}

/** Sends a delivery byte for byte, and repeated headers as repeated headers. */
export async function send(
	url: string,
	{ headers, body }: WireDelivery,
): Promise<{ status: number; text: string }> {
	return await new Promise((resolve, reject) => {
		const outgoing = request(url, { method: 'POST', headers, agent: false }, (answer) => {
			const chunks: Buffer[] = [];
			answer.on('data', (chunk: Buffer) => chunks.push(chunk));
			answer.on('end', () =>
				resolve({ status: answer.statusCode!, text: Buffer.concat(chunks).toString() }),
			);
		});
		outgoing.on('error', reject);
		outgoing.end(body);
	});
}

/**
 * Sends a delivery and closes the connection before it was answered, as the vendor does after ten seconds.
 * @param moment when to hang up
 * @returns once the server has noticed
 */
export async function sendAndHangUp(
	url: string,
	{ headers, body }: WireDelivery,
	moment: Promise<void>,
): Promise<void> {
	const outgoing = request(url, { method: 'POST', headers, agent: false });
	outgoing.on('error', () => {});
	outgoing.end(body);
	await moment;
	outgoing.destroy();
	await new Promise((resolve) => outgoing.once('close', resolve));
}
