import type { IExecuteFunctions } from 'n8n-workflow';

import { pauseUntil } from '../pause';

/** A stream as n8n's storage takes it. */
type Readable = Exclude<
	Parameters<IExecuteFunctions['helpers']['prepareBinaryData']>[0],
	Uint8Array
>;

/** What every stream of Node.js has for its class; verified nodes may not import it. */
interface ReadableClass {
	from(
		parts: AsyncIterable<Buffer>,
		options: { objectMode: boolean; highWaterMark: number },
	): Readable;
}

/**
 * Bytes. n8n's storage writes what is there and reads on only then; what comes until then waits here, and is
 * written in one go. In the parts that a connection delivers, writing would take longer than the transfer.
 */
const READ_AHEAD = 512 * 1024;

/** A file that comes in: read ahead, and given up when the sender falls silent or does not end. */
export class ReadAhead {
	/** To be read in the place of the source. */
	readonly stream: Readable;
	fellSilent = false;
	isTooLarge = false;
	private waitsUntil = Infinity;
	private readonly over = new AbortController();

	/**
	 * @param source is not read before the stream is
	 * @param limits so many seconds nothing may come, where the time that the reader takes does not count; and so
	 *   many bytes may come in all
	 * @param giveUp closes the connection
	 */
	constructor(
		source: NodeJS.ReadableStream,
		private readonly limits: { silenceSeconds: number; bytes: number },
		giveUp: () => void,
	) {
		const { from } = source.constructor as unknown as ReadableClass;
		this.stream = from(this.arriving(source), { objectMode: false, highWaterMark: READ_AHEAD });
		// Who does not read yet, or any more, does not listen either: such an error would end the process.
		for (const stream of [source, this.stream]) stream.on('error', () => {});
		void this.watch(giveUp);
	}

	/** To be called when nobody reads any more. */
	end(): void {
		this.over.abort();
	}

	private async *arriving(source: NodeJS.ReadableStream): AsyncGenerator<Buffer> {
		let bytes = 0;
		this.expect();
		for await (const part of source) {
			this.waitsUntil = Infinity;
			bytes += part.length;
			if (bytes > this.limits.bytes) {
				this.isTooLarge = true;
				throw new Error(`More than ${this.limits.bytes} bytes came`);
			}
			yield part as Buffer;
			this.expect();
		}
		this.waitsUntil = Infinity;
	}

	private expect(): void {
		this.waitsUntil = Date.now() + this.limits.silenceSeconds * 1000;
	}

	/** The socket, which could tell of silence, is out of reach in n8n 2.x. */
	private async watch(giveUp: () => void): Promise<void> {
		await pauseUntil(() => this.waitsUntil, this.over.signal);
		if (this.over.signal.aborted) return;
		this.fellSilent = true;
		giveUp();
	}
}
