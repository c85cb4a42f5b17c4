/** Runs a task as soon as one of the places is free; resolves or rejects as the task does. */
export type Limit = <T>(task: () => Promise<T>) => Promise<T>;

/**
 * Lets at most `places` tasks run at a time, first come, first served. Written here because verified n8n
 * nodes may not have dependencies.
 */
export function limit(places: number): Limit {
	let free = places;
	const waiting: Array<() => void> = [];

	return async (task) => {
		if (free > 0) free--;
		else await new Promise<void>((resolve) => waiting.push(resolve));
		try {
			return await task();
		} finally {
			const next = waiting.shift();
			if (next) next();
			else free++;
		}
	};
}
