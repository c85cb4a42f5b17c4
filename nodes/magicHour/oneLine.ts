/** Characters. The API's sentences are short; what is longer is a page of somebody else. */
const LONGEST_SENTENCE = 500;

/** What the API says, fit to be shown: on one line, not endless; empty where it isn't text. */
export function oneLine(value: unknown): string {
	if (typeof value !== 'string') return '';
	const text = value
		.slice(0, 2 * LONGEST_SENTENCE)
		.replace(/[\s\p{Cc}]+/gu, ' ')
		.trim();
	return text.length > LONGEST_SENTENCE ? `${text.slice(0, LONGEST_SENTENCE)}…` : text;
}
