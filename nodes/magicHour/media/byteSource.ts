/** A file whose bytes are read where they are wanted, a small part at a time. */
export interface ByteSource {
	/** Bytes of the whole file; undefined where nobody knows. */
	readonly size: number | undefined;
	/**
	 * @param length at most {@link LONGEST_READ}
	 * @returns the bytes from `offset`: as many as asked for or more, fewer only where the file ends
	 * @throws Unreadable when they cannot be had
	 */
	read(offset: number, length: number): Promise<Buffer>;
	/** Whether all that lies from `offset` to the end can be read, as far as the limits of this source go. */
	canReadToEnd(offset: number): boolean;
	/** Closes what is open; nothing is read after that. */
	close(): void;
}

/** Bytes that a reader may ask for at once. */
export const LONGEST_READ = 128 * 1024;

/** Why the length of a file cannot be known: the only error that reading media throws. */
export class Unreadable extends Error {
	/**
	 * @param reason in words that can follow “because”
	 * @param isOutOfReach whether there may be no such file at its address
	 */
	constructor(
		readonly reason: string,
		readonly isOutOfReach = false,
	) {
		super(reason);
		this.name = 'Unreadable';
	}
}

/** A file that is in memory anyway. */
export class BufferSource implements ByteSource {
	constructor(private readonly bytes: Buffer) {}

	get size(): number {
		return this.bytes.length;
	}

	async read(offset: number, length: number): Promise<Buffer> {
		return this.bytes.subarray(offset, offset + length);
	}

	canReadToEnd(): boolean {
		return true;
	}

	close(): void {}
}
