import fc from 'fast-check';

const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

/** Values as JSON text, because not everything a server may send is the JSON of a JavaScript value. */
export const HOSTILE_JSON: fc.Arbitrary<string> = fc.oneof(
	fc.constantFrom(
		...['null', 'true', 'false', '0', '-1', '1.5', '1e308', '1e999', '""', '" "', '[]', '{}'],
		...['[null]', '[[]]', '{"toString":1,"valueOf":1}', '{"length":1000000000}', '"__proto__"'],
		...['{"__proto__":{"id":"x"}}', '{"constructor":1}', '"\\ud800"', '"\\u0000"', '"\\ufeff"'],
		...['"../../v1/account"', '"%"', '"a b"', '"<html>no</html>"', '"line\\nbreak\\r\\n"'],
		...['"file:///etc/passwd"', '"http://192.0.2.1/file.mp4"', '"https://a:b@192.0.2.1/"'],
		...['"javascript:alert(1)"', '"archived"', '"canceled"', '"error"', '"draft"', '"NaN"'],
		...['"9999-12-31T23:59:59Z"', '"\\u202egpj.exe"', '{"message":{"a":1},"code":[2]}'],
	),
	fc.constantFrom(`"${'x'.repeat(1e6)}"`, deep(50), `[${'0,'.repeat(1e5)}0]`),
	fc.json(),
);

/** n8n could not store an item that is nested so deeply; an answer may be. */
const ANY_JSON = fc.oneof({ weight: 20, arbitrary: HOSTILE_JSON }, fc.constant(deep(5000)));

/** JSON text with something hostile in the place of one of its values, or without one of them. */
export function spoiltJson(valid: unknown): fc.Arbitrary<string> {
	const marker = '"@@hostile@@"';
	return fc
		.tuple(fc.constantFrom(...paths(valid)), fc.option(ANY_JSON, { freq: 6, nil: undefined }))
		.map(([path, hostile]) => {
			const marked = changedAt(valid, path, hostile === undefined ? undefined : '@@hostile@@');
			return JSON.stringify(marked ?? null).replace(marker, () => hostile!);
		});
}

type Path = Array<string | number>;

function paths(value: unknown, path: Path = []): Path[] {
	if (typeof value !== 'object' || value === null) return [path];
	const inside = Object.entries(value).flatMap(([name, part]) =>
		paths(part, [...path, Array.isArray(value) ? Number(name) : name]),
	);
	return [path, ...inside];
}

/** A copy; `undefined` leaves the place out. */
function changedAt(value: unknown, [first, ...rest]: Path, replacement: unknown): unknown {
	if (first === undefined) return replacement;
	const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<
		string | number,
		unknown
	>;
	copy[first] = changedAt(copy[first], rest, replacement);
	return copy;
}

/** What an expression may give that no JSON can. */
export const HOSTILE_EXPRESSIONS: fc.Arbitrary<string> = fc
	.constantFrom(
		...['undefined', 'NaN', 'Infinity', '-0', '10n', '(() => 1)', 'new Date()', 'new Date(NaN)'],
		...['$now', '$json', '$input', '[undefined]', 'new Map([[1, 2]])', '/x/g', 'new Error("no")'],
		...['Symbol("x")', 'Object.create(null)', '$("Nowhere").item.json.x', '$json.a.b.c'],
		...['(() => { throw new Error("thrown") })()', 'nothing.at.all', '"x".repeat(1e7)'],
		...['Array(1e5).fill("x")', '({ toString() { throw new Error("thrown") } })'],
		...['({ __proto__: { mode: "id" } })', '"__proto__"', '"constructor"', '"true"', '"2"'],
	)
	.map((code) => `={{ ${code} }}`);
