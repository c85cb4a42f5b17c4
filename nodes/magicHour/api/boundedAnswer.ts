import { SIZE_LIMITS } from './sizeLimits';

/** What was read of an answer. */
export interface BoundedAnswer {
	/** What came, until the end or until the reading ended. */
	text: string;
	ending: 'whole' | 'tooLarge' | 'broken';
	/** What broke it. */
	error?: unknown;
}

/**
 * Reads the body of an answer, up to the limit of {@link SIZE_LIMITS}. n8n has no such limit: two megabytes on the wire can be
 * gigabytes in memory. Read as a stream, an answer is decompressed only as far as it is read.
 * @param body as n8n gives it for `encoding: 'stream'`
 * @returns it never rejects; whoever calls it closes the connection of what was not read whole
 */
export async function readAnswer(body: unknown): Promise<BoundedAnswer> {
	if (!isStream(body)) return { text: '', ending: 'whole' };
	// One that breaks when nobody reads any more would end the process.
	body.on('error', () => {});
	const parts: Buffer[] = [];
	const come = (ending: BoundedAnswer['ending'], error?: unknown): BoundedAnswer => ({
		text: new TextDecoder().decode(Buffer.concat(parts)),
		ending,
		error,
	});
	let bytes = 0;
	try {
		for await (const part of body as AsyncIterable<Buffer>) {
			bytes += part.length;
			if (bytes > SIZE_LIMITS.answer) return come('tooLarge');
			parts.push(part);
		}
	} catch (error) {
		return come('broken', error);
	}
	return come('whole');
}

const isStream = (body: unknown): body is NodeJS.ReadableStream =>
	typeof body === 'object' && body !== null && Symbol.asyncIterator in body && 'on' in body;
