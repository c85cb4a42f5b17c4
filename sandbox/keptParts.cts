import { Unreadable, type ByteSource } from '../nodes/magicHour/media/byteSource.ts';

/** Bytes that are kept of the beginning of a file, and of its end: its index is in one of them. */
const KEPT = 2 * 1024 * 1024;

/** A file of any size that passes through: its beginning and its end can be read afterwards. */
export class KeptParts implements ByteSource {
	size = 0;
	private head: Buffer = Buffer.alloc(0);
	private tail: Buffer[] = [];
	private tailBytes = 0;

	/** The next piece of the file. */
	add(piece: Buffer): void {
		this.size += piece.length;
		if (this.head.length < KEPT) {
			this.head = Buffer.concat([this.head, piece.subarray(0, KEPT - this.head.length)]);
		}
		this.tail.push(piece);
		this.tailBytes += piece.length;
		while (this.tailBytes - this.tail[0]!.length >= KEPT) {
			this.tailBytes -= this.tail.shift()!.length;
		}
	}

	async read(offset: number, length: number): Promise<Buffer> {
		const end = Math.min(offset + length, this.size);
		if (end <= this.head.length) return this.head.subarray(offset, end);
		const tailAt = this.size - this.tailBytes;
		if (offset < tailAt) throw new Unreadable('this part of it was not kept');
		return Buffer.concat(this.tail).subarray(offset - tailAt, end - tailAt);
	}

	canReadToEnd(offset: number): boolean {
		return offset >= this.size - this.tailBytes || this.size <= this.head.length;
	}

	close(): void {}
}
