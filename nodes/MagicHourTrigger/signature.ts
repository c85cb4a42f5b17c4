import { createHmac, timingSafeEqual } from 'node:crypto';

import { SIGNATURE_HEADER, TIMESTAMP_HEADER } from '../magicHour/api.types';

/** A delivery is a few kilobytes; what is longer is refused before any work is spent on it. */
export const MAX_BODY_BYTES = 1024 * 1024;

export interface SignedRequest {
	/** By lower-case name, as Node gives them. */
	headers: Record<string, string | string[] | undefined>;
	/** The body exactly as received; `undefined` where n8n read none (multipart). */
	rawBody?: Buffer;
}

export interface SignatureRule {
	secret: string;
	/** How far the timestamp may lie from `nowSeconds`, in either direction. */
	toleranceSeconds: number;
	nowSeconds: number;
}

const LOWER_CASE_SHA256 = /^[0-9a-f]{64}$/;
const SECONDS_SINCE_EPOCH = /^[0-9]{1,12}$/;

/**
 * Whether a request was signed by whoever holds the secret, and lately.
 * The vendor's rule: hex HMAC-SHA256 over `<timestamp>.<raw body>`. Anything but exactly that is
 * refused, upper-case hex included; Node joins repeated headers with a comma, so they fail too.
 * Never throws; says nothing about why.
 */
export function isGenuine(
	{ headers, rawBody }: SignedRequest,
	{ secret, toleranceSeconds, nowSeconds }: SignatureRule,
): boolean {
	const signature = headers[SIGNATURE_HEADER];
	const timestamp = headers[TIMESTAMP_HEADER];

	if (secret.trim() === '') return false;
	if (typeof signature !== 'string' || !LOWER_CASE_SHA256.test(signature)) return false;
	if (typeof timestamp !== 'string' || !SECONDS_SINCE_EPOCH.test(timestamp)) return false;
	if (!Buffer.isBuffer(rawBody) || rawBody.length > MAX_BODY_BYTES) return false;
	if (!(Math.abs(nowSeconds - Number(timestamp)) <= toleranceSeconds)) return false;

	const expected = createHmac('sha256', secret).update(`${timestamp}.`).update(rawBody).digest();
	return timingSafeEqual(expected, Buffer.from(signature, 'hex'));
}
