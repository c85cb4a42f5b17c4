import { createHmac, timingSafeEqual } from 'node:crypto';

import { SIGNATURE_HEADER, TIMESTAMP_HEADER } from '../magicHour/api/contract';

/** A delivery is a few kilobytes; what is longer is refused before any work is spent on it. */
export const MAX_BODY_BYTES = 1024 * 1024;

/**
 * Seconds. The vendor sends a delivery again for 24 hours, and does not say whether it signs each try with a
 * timestamp of its own: a delivery may be that late, and genuine.
 */
const LATEST_SECONDS = 24 * 3600;

export interface Request {
	/** By lower-case name, as Node gives them. */
	headers: Record<string, string | string[] | undefined>;
	/** The body exactly as received; `undefined` where n8n read none (multipart). */
	rawBody?: Buffer;
}

/** A request that looks like a delivery; whether it is one, its signature tells. */
export interface SignedRequest {
	/** Lower-case hex. */
	signature: string;
	/** As sent, which is how it was signed. */
	timestamp: string;
	/** Seconds from the timestamp to now; negative where it lies in the future. */
	ageSeconds: number;
	rawBody: Buffer;
}

const LOWER_CASE_SHA256 = /^[0-9a-f]{64}$/;
const SECONDS_SINCE_EPOCH = /^[0-9]{1,12}$/;

/**
 * Reads the headers, without any secret: what fails here costs next to nothing.
 * Anything but exactly the vendor's form is refused, upper-case hex included; Node joins repeated headers with
 * a comma, so they fail too. Says nothing about why.
 * @param toleranceSeconds how far the timestamp may lie in the future
 */
export function readSignedRequest(
	{ headers, rawBody }: Request,
	toleranceSeconds: number,
	nowSeconds: number,
): SignedRequest | undefined {
	const signature = headers[SIGNATURE_HEADER];
	const timestamp = headers[TIMESTAMP_HEADER];

	if (typeof signature !== 'string' || !LOWER_CASE_SHA256.test(signature)) return undefined;
	if (typeof timestamp !== 'string' || !SECONDS_SINCE_EPOCH.test(timestamp)) return undefined;
	if (!Buffer.isBuffer(rawBody) || rawBody.length > MAX_BODY_BYTES) return undefined;
	const ageSeconds = nowSeconds - Number(timestamp);
	// Written so that a tolerance of NaN lets nothing in.
	if (!(ageSeconds >= -toleranceSeconds && ageSeconds <= LATEST_SECONDS)) return undefined;
	return { signature, timestamp, ageSeconds, rawBody };
}

/**
 * Whether a request was signed by whoever holds the secret, by the vendor's rule: hex HMAC-SHA256 over
 * `<timestamp>.<raw body>`. Never throws; an empty secret verifies nothing.
 */
export function isGenuine(
	{ signature, timestamp, rawBody }: SignedRequest,
	secret: string,
): boolean {
	if (secret.trim() === '') return false;
	const expected = createHmac('sha256', secret).update(`${timestamp}.`).update(rawBody).digest();
	return timingSafeEqual(expected, Buffer.from(signature, 'hex'));
}
