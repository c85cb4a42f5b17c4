import { setTimeout } from 'node:timers/promises';

/** Milliseconds that a line makes up for, because timers are late. */
const LATENESS = 20;

/** A line to the storage that carries only so much. */
export class Line {
	private readonly bytesPerSecond: number;
	/** Milliseconds, of the process's clock. */
	private freeAt = 0;

	constructor(bytesPerSecond: number) {
		this.bytesPerSecond = bytesPerSecond;
	}

	/** Resolves as soon as so many bytes have gone through. */
	async carry(bytes: number): Promise<void> {
		const now = performance.now();
		this.freeAt = Math.max(this.freeAt, now - LATENESS) + (bytes / this.bytesPerSecond) * 1000;
		if (this.freeAt > now + 1) await setTimeout(this.freeAt - now);
	}
}
