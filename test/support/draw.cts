import fc from 'fast-check';

/** The seed of this process: `SEED` of the environment, or one that was never tried. */
export const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31);

/**
 * Something drawn for a purpose. It depends on the seed and the purpose alone, so that the fate of a request is the
 * same however the requests of many workflows run into each other.
 */
export function draw<T>(arbitrary: fc.Arbitrary<T>, purpose: string): T {
	return fc.sample(arbitrary, { seed: hash(`${SEED} ${purpose}`), numRuns: 1 })[0]!;
}

/** FNV-1a */
function hash(text: string): number {
	let value = 0x811c9dc5;
	for (const character of text) {
		value = Math.imul(value ^ character.charCodeAt(0), 0x01000193);
	}
	return value | 0;
}
