import { Unreadable } from './byteSource';
import type { Window } from './window';

/** One element of an EBML file: where its content begins, and where it ends as far as it says so (RFC 8794). */
export interface WebmElement {
	id: number;
	start: number;
	/** Undefined where the writer did not know. */
	end?: number;
}

/** @returns undefined at the end of the file */
export async function webmElement(file: Window, at: number): Promise<WebmElement | undefined> {
	const head = await file.upTo(at, 12);
	if (head.length === 0) return undefined;
	const idBytes = Math.clz32(head[0]!) - 23;
	if (idBytes > 4 || head.length <= idBytes)
		throw new Unreadable('it is damaged or ends too early');
	const size = codedNumber(head.subarray(idBytes));
	if (size === undefined) throw new Unreadable('it is damaged or ends too early');
	const start = at + idBytes + size.bytes;
	return {
		id: head.readUIntBE(0, idBytes),
		start,
		end: size.value === undefined ? undefined : start + size.value,
	};
}

/** A number whose first bits say how long it is; all ones stand for “not known”. */
export function codedNumber(head: Buffer): { value?: number; bytes: number } | undefined {
	const bytes = Math.clz32(head[0] ?? 0) - 23;
	if (bytes > 8 || head.length < bytes) return undefined;
	let value = head[0]! & (0xff >> bytes);
	let isUnknown = value === 0xff >> bytes;
	for (const byte of head.subarray(1, bytes)) {
		value = value * 256 + byte;
		isUnknown &&= byte === 0xff;
	}
	return { value: isUnknown ? undefined : value, bytes };
}

/** The content of an element that is a number, whole or floating point. */
export async function webmNumber(file: Window, { start, end }: WebmElement): Promise<number> {
	const content = await file.exactly(start, Math.min(8, (end ?? start) - start));
	return content.reduce((sum, byte) => sum * 256 + byte, 0);
}

export async function webmFloat(file: Window, { start, end }: WebmElement): Promise<number> {
	const content = await file.exactly(start, (end ?? start) - start === 4 ? 4 : 8);
	return content.length === 4 ? content.readFloatBE() : content.readDoubleBE();
}
