import { inspect } from 'node:util';

import fc from 'fast-check';

import { limit } from '../../nodes/magicHour/concurrency.ts';
import type { Ran } from '../engine/engineBed.cts';
import { SEED } from '../support/draw.cts';

/** How many cases of each kind are drawn: `FUZZ=5000 npx jest test/fuzz` for a long run. */
const CASES = Number(process.env.FUZZ ?? 30);

const AT_ONCE = 8;
/** Milliseconds; a run that is not over by then hangs. */
const PATIENCE = 60_000;

/** Marks of an error that nobody has worded for a person. */
const UNWORDED =
	/\b(TypeError|RangeError|SyntaxError|URIError)\b|is not a function|Cannot (read|convert)|Maximum call stack|Unexpected (token|end)|URI malformed|\[object |\n\s+at |\bundefined\b.*\(reading/;

/**
 * Draws cases and tries each; what is wrong with any of them is told together, with the seed that draws them again.
 * @param attempt gives what is wrong, in words
 */
export async function tryCases<Case>(
	cases: fc.Arbitrary<Case>,
	attempt: (one: Case, number: number) => Promise<string[]>,
): Promise<void> {
	const places = limit(AT_ONCE);
	const found = await Promise.all(
		fc
			.sample(cases, { seed: SEED, numRuns: CASES })
			.map(async (one, number) =>
				places(async () => (await inTime(attempt(one, number))).map((what) => told(what, one))),
			),
	);
	expect({ SEED, found: found.flat().slice(0, 12) }).toEqual({ SEED, found: [] });
}

const told = (what: string, one: unknown) =>
	`${what.slice(0, 600)} — ${inspect(one, { depth: 6, maxStringLength: 120, breakLength: Infinity })}`;

async function inTime(attempt: Promise<string[]>): Promise<string[]> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<string[]>((resolve) => {
		timer = setTimeout(() => resolve(['it hangs']), PATIENCE);
	});
	const failed = (error: Error) => [`it crashes: ${error.stack}`];
	const found = await Promise.race([attempt.catch(failed), late]);
	clearTimeout(timer);
	return found;
}

/** What must hold for every run, whatever came from outside. */
export function unfair(ran: Ran, items: number, key: string): string[] {
	const wrong: string[] = [];
	const demand = (holds: boolean, what: string) => {
		if (!holds) wrong.push(what);
	};
	const { error } = ran;
	const outputs = ran.items().map(({ json }) => json);
	if (error !== undefined) {
		const text = `${error.message} ${error.description ?? ''}`;
		demand(!UNWORDED.test(text), `it has words of a program: ${text}`);
		demand(/^\S.{9,}/s.test(error.message), `it is no sentence: ${error.message}`);
		demand(error.message.length < 1500, `it has ${error.message.length} characters`);
		demand(typeof error.context?.itemIndex === 'number', `it names no item: ${text}`);
	} else {
		demand(outputs.length === items, `${outputs.length} outputs for ${items} items`);
	}
	const everything = `${ran.stored} ${inspect(error, { depth: 12, maxStringLength: null, showHidden: true })}`;
	demand(!everything.includes(key), 'it has the API key in it');
	return wrong;
}
