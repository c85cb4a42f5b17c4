import { LONGEST_READ, Unreadable, type ByteSource } from './byteSource';

/**
 * Looks into a file: what was read last is kept, so that the small steps of a reader cost nothing. Counts the steps
 * too, so that a file of millions of empty parts ends.
 */
export class Window {
	private bytes: Buffer = Buffer.alloc(0);
	private start = 0;
	private steps = 0;

	constructor(private readonly source: ByteSource) {}

	get size(): number | undefined {
		return this.source.size;
	}

	canReadToEnd(offset: number): boolean {
		return this.source.canReadToEnd(offset);
	}

	/**
	 * @returns the bytes from `offset` to `offset + length`, fewer only where the file ends
	 * @throws Unreadable when they cannot be had
	 */
	async upTo(offset: number, length: number): Promise<Buffer> {
		this.steps++;
		if (this.steps > MOST_STEPS) throw new Unreadable('it has too many parts');
		if (!(offset >= 0 && offset <= Number.MAX_SAFE_INTEGER && length <= LONGEST_READ)) {
			throw new Unreadable('a size in it cannot be true');
		}
		if (!this.holds(offset, length)) {
			if (this.size !== undefined && offset >= this.size) return Buffer.alloc(0);
			this.bytes = await this.source.read(offset, length);
			this.start = offset;
		}
		return this.bytes.subarray(offset - this.start, offset - this.start + length);
	}

	/**
	 * @returns exactly so many bytes
	 * @throws Unreadable when the file ends before, or they cannot be had
	 */
	async exactly(offset: number, length: number): Promise<Buffer> {
		const bytes = await this.upTo(offset, length);
		if (bytes.length < length) throw new Unreadable('the file ends too early');
		return bytes;
	}

	private holds(offset: number, length: number): boolean {
		return offset >= this.start && offset + length <= this.start + this.bytes.length;
	}
}

/** Seven hours of MP3 have as many frames. */
const MOST_STEPS = 1_000_000;
