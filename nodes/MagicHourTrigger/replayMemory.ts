import { createHash, randomUUID } from 'node:crypto';
import type { IDataObject } from 'n8n-workflow';

/**
 * Deliveries a trigger remembers, newest last; about 30 kB of static data. n8n copies static data
 * into every stored execution, which is why there are not more.
 */
export const REMEMBERED_DELIVERIES = 2000;

interface Memory {
	/** Oldest first. */
	seen: string[];
	/** Deliveries whose execution did not start: what static data says about them is outdated. */
	withdrawn: Set<string>;
}

/**
 * The newest state of every memory, by its id. n8n gives each request its own copy of the static
 * data, read before and written after the request: without this, deliveries that arrive together
 * would not see each other and would overwrite each other's entry.
 */
const memories = new Map<string, Memory>();

/** Whether the trigger's static data holds a memory already. */
export function hasMemory(staticData: IDataObject): boolean {
	return typeof staticData.memoryId === 'string';
}

/** Gives the trigger's static data a memory, and keeps the one it has. */
export function openMemory(staticData: IDataObject): void {
	if (!hasMemory(staticData)) staticData.memoryId = randomUUID();
}

/**
 * Remembers a delivery, in this process at once and in static data when n8n saves it.
 * @returns true the first time, false for a repeated one
 */
export function remember(staticData: IDataObject, event: string, projectId: string): boolean {
	const memory = recall(staticData);
	const key = keyOf(event, projectId);
	if (memory.seen.includes(key)) return false;

	memory.withdrawn.delete(key);
	memory.seen.push(key);
	keep(staticData);
	return true;
}

/** Marks what is remembered as changed, so that n8n saves it. */
export function keep(staticData: IDataObject): void {
	// The array itself and not a copy: by the time it is written, more may have arrived.
	staticData.seen = recall(staticData).seen;
}

/** Takes a delivery back whose execution did not start, so that the vendor's next try can start it. */
export function forget(staticData: IDataObject, event: string, projectId: string): void {
	const memory = recall(staticData);
	const key = keyOf(event, projectId);
	const index = memory.seen.indexOf(key);
	if (index >= 0) memory.seen.splice(index, 1);
	memory.withdrawn.add(key);
}

/** This process's memory, with what another one (queue mode, an earlier run) has stored. */
function recall(staticData: IDataObject): Memory {
	openMemory(staticData);
	const id = staticData.memoryId as string;
	const memory = memories.get(id) ?? { seen: [], withdrawn: new Set() };
	memories.set(id, memory);

	const known = new Set(memory.seen);
	const stored = (staticData.seen as string[] | undefined) ?? [];
	memory.seen.unshift(...stored.filter((key) => !known.has(key) && !memory.withdrawn.has(key)));
	memory.seen.splice(0, memory.seen.length - REMEMBERED_DELIVERIES);
	return memory;
}

/** Short and of one length, whatever the vendor's ids look like: 72 bits of a SHA-256. */
function keyOf(event: string, projectId: string): string {
	return createHash('sha256').update(`${event} ${projectId}`).digest('base64url').slice(0, 12);
}
