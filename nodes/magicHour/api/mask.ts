/** Takes the API key out of whatever came from outside. */
export type Mask = <T>(value: T) => T;

/** Characters. A key is longer; a shorter text could be part of anything. */
const SHORTEST_KEY = 8;

/**
 * An API may repeat the key it was sent; what n8n shows and stores must not. JSON can write each letter in several
 * ways, so it is what was parsed that has to be masked, and not the text that came.
 * @returns a function that gives a copy of texts, lists and objects with the key, in any case, replaced
 */
export function masking(key: string): Mask {
	if (key.length < SHORTEST_KEY) return (value) => value;
	const pattern = new RegExp(key.replace(/[^A-Za-z0-9]/g, '\\$&'), 'gi');
	const inText = (text: string) => text.replace(pattern, '***');

	const masked = (value: unknown): unknown => {
		if (typeof value === 'string') return inText(value);
		if (typeof value !== 'object' || value === null) return value;
		if (Array.isArray(value)) return value.map(masked);
		return Object.fromEntries(
			Object.entries(value).map(([name, part]) => [inText(name), masked(part)]),
		);
	};
	return masked as Mask;
}
