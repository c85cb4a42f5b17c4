/** Several measurements of the same thing. */
export interface Sample {
	median: number;
	min: number;
	max: number;
	count: number;
}

export function sample(values: number[]): Sample {
	const sorted = [...values].sort((one, other) => one - other);
	const middle = (sorted.length - 1) / 2;
	return {
		median: (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2,
		min: sorted[0]!,
		max: sorted.at(-1)!,
		count: sorted.length,
	};
}

export const medianOf = (values: number[]): number => sample(values).median;

/** The entries in an order that begins with another one each time. */
export const rotated = <T,>(entries: readonly T[], by: number): T[] => [
	...entries.slice(by % entries.length),
	...entries.slice(0, by % entries.length),
];
