import { createHash } from 'node:crypto';

/** A short, stable digest of a value that could be JSON; no part of it can be read back. */
export function digest(value: unknown): string {
	const text = JSON.stringify(value, withSortedKeys) ?? '';
	return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

/** What n8n has stored may come back with its keys in another order. */
function withSortedKeys(_: string, value: unknown): unknown {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
	return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
