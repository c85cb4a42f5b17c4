import { Unreadable, type ByteSource } from './byteSource';

/** A stream as it is read here, piece by piece. */
export interface OpenStream {
	stream: NodeJS.ReadableStream;
	/** Closes a stream that was not read to its end. */
	close(): void;
}

export interface StreamOptions {
	/** Bytes of the file; undefined where nobody knows. */
	size: number | undefined;
	/** Opens the file from its beginning. */
	open: () => Promise<OpenStream>;
	/** Bytes that may be read in all, what is stepped over included. */
	limit: number;
	/** Runs while the next piece is waited for; it rejects with {@link Unreadable} where that takes too long. */
	watch?: <T>(piece: Promise<T>) => Promise<T>;
}

/** How often a file may be read from the beginning: an index at its end takes one, and another step back one more. */
const MOST_OPENINGS = 4;

/** A file that can only be read from its beginning. Steps forward read on; a step back opens it once more. */
export class StreamSource implements ByteSource {
	private openings = 0;
	private opened?: OpenStream;
	private pieces?: AsyncIterator<unknown>;
	/** What came last and may still be wanted: pieces in a row, and where the first of them begins. */
	private held: Buffer = Buffer.alloc(0);
	private heldFrom = 0;
	private hasEnded = false;
	private bytesRead = 0;

	constructor(private readonly options: StreamOptions) {}

	get size(): number | undefined {
		return this.options.size;
	}

	async read(offset: number, length: number): Promise<Buffer> {
		if (offset > this.options.limit) throw tooMuch();
		if (this.pieces === undefined || offset < this.heldFrom) await this.begin();
		while (this.heldFrom + this.held.length < offset + length && !this.hasEnded) {
			await this.readOn(offset);
		}
		const from = offset - this.heldFrom;
		return from < this.held.length ? this.held.subarray(Math.max(0, from)) : Buffer.alloc(0);
	}

	canReadToEnd(): boolean {
		const { size, limit } = this.options;
		return size === undefined || size <= limit;
	}

	close(): void {
		this.opened?.close();
		this.opened = undefined;
		this.pieces = undefined;
		this.held = Buffer.alloc(0);
	}

	private async begin(): Promise<void> {
		this.close();
		if (++this.openings > MOST_OPENINGS) throw new Unreadable('its parts are in no usable order');
		this.opened = await this.options.open();
		this.pieces = this.opened.stream[Symbol.asyncIterator]();
		this.heldFrom = 0;
		this.hasEnded = false;
	}

	/** Takes the next piece, and lets go of what lies before `offset`. */
	private async readOn(offset: number): Promise<void> {
		const { limit, watch = async (piece) => await piece } = this.options;
		const next = await watch(this.pieces!.next()).catch((error: unknown) => {
			throw error instanceof Unreadable ? error : new Unreadable('it could not be read to its end');
		});
		if (next.done) {
			this.hasEnded = true;
			return;
		}
		const piece = asBuffer(next.value);
		this.bytesRead += piece.length;
		if (this.bytesRead > limit) throw tooMuch();
		const end = this.heldFrom + this.held.length;
		if (offset >= end) {
			this.held = piece;
			this.heldFrom = end;
		} else {
			const from = offset - this.heldFrom;
			this.held = Buffer.concat([this.held.subarray(from), piece]);
			this.heldFrom = offset;
		}
	}
}

const tooMuch = () => new Unreadable('too much of it would have to be read');

/** What a stream of bytes gives; a copy is made of nothing that is a buffer already. */
export const asBuffer = (piece: unknown): Buffer =>
	Buffer.isBuffer(piece) ? piece : Buffer.from(piece as Uint8Array);
