import { BUILT_IN_LOOP, CURL, SDK_NAME, SEQUENTIAL, THIS_NODE } from '../parts/names.cts';
import type { BatchRow, FileRow, Results } from '../results.cts';
import type { Sample } from '../statistics.cts';

const MEGABYTE = 1e6;

/** The figures as Markdown, by the name of the place they belong to in `docs/benchmarks.md`. */
export function tables(results: Results): Record<string, string> {
	const { machine, versions, measuredAt, minutes } = results;
	return {
		machine: [
			`Measured on ${measuredAt.slice(0, 10)}, in one run of ${minutes.toFixed(0)} minutes, on`,
			`${machine.processor}, ${machine.cores} cores, ${machine.gigabytes} GB of memory,`,
			`${machine.system}, Node.js ${machine.node}, with`,
			`${Object.entries(versions)
				.map(([name, version]) => `${name} ${version}`)
				.join(', ')}.`,
		].join(' '),
		batch: batchTable(results.batch, 'short'),
		minutes: batchTable(results.batch, 'minutes'),
		alike: batchTable(results.batch, 'alike'),
		distant: batchTable(results.batch, 'distant'),
		files: filesTable(results.files),
		creates: table(
			['Round trip', '', 'Per item', 'Beside this node'],
			results.creates.map(({ contender, perItem, roundTrip }) => [
				`${roundTrip * 1000} ms`,
				contender,
				spread(perItem, 2, 'ms'),
				ratio(
					perItem.median,
					results.creates.find((row) => row.roundTrip === roundTrip && row.contender === THIS_NODE)!
						.perItem.median,
				),
			]),
		),
		limits: table(
			['', 'Made', 'Refused', 'Time', 'Of what the limit allows'],
			results.limits.map(({ contender, jobs, made, refused, seconds, shortest }) => [
				contender,
				`${made} of ${jobs}`,
				String(refused),
				`${seconds.toFixed(1)} s`,
				made === jobs ? ratio(seconds, shortest) : 'not all made',
			]),
		),
		looks: table(
			['Files', 'From', 'Time', 'Web traffic'],
			results.looks.map(({ files, source, milliseconds, bytes }) => [
				files,
				source === 'web' ? 'a web address' : "n8n's storage",
				spread(milliseconds, 0, 'ms'),
				bytes === undefined ? 'none' : `${(bytes / 1000).toFixed(0)} kB`,
			]),
		),
		load: table(
			['', 'Version', 'Load time', 'Packed', 'Unpacked', 'Files', 'Dependencies'],
			results.load.map((row) => [
				row.pack,
				row.version,
				spread(row.milliseconds, 1, 'ms'),
				`${(row.packed / 1000).toFixed(0)} kB`,
				`${(row.unpacked / 1000).toFixed(0)} kB`,
				String(row.files),
				String(row.dependencies),
			]),
		),
	};
}

const ORDER = [THIS_NODE, BUILT_IN_LOOP, SDK_NAME, SEQUENTIAL];

/** The node with other settings comes after the node. */
const place = ({ contender }: BatchRow) => ORDER.findIndex((name) => contender.startsWith(name));

function batchTable(all: BatchRow[], scenario: BatchRow['scenario']): string {
	const rows = all
		.filter((row) => row.scenario === scenario)
		.sort((one, other) => one.jobs - other.jobs || place(one) - place(other));
	return table(
		[
			'Jobs',
			'',
			'Time',
			'Of the limit',
			'Requests per job',
			'Checks per job',
			'Lag',
			'Lag at the end',
			'Peak memory',
		],
		rows.map((row) => [
			String(row.jobs),
			row.contender,
			spread(row.seconds, 1, 's'),
			ratio(row.seconds.median, row.limit),
			row.requests.median.toFixed(1),
			row.checks.median.toFixed(1),
			`${row.lag.median.toFixed(1)} s`,
			`${row.endLag.median.toFixed(1)} s`,
			`${(row.peakBytes.median / MEGABYTE).toFixed(0)} MB`,
		]),
	);
}

function filesTable(rows: FileRow[]): string {
	const beside = ({ direction, bytes, line }: FileRow, contender: string) =>
		rows.find(
			(row) =>
				row.direction === direction &&
				row.bytes === bytes &&
				row.line === line &&
				row.contender === contender,
		);
	const smallest = Math.min(...rows.map(({ bytes }) => bytes));
	return table(
		['', 'File', '', 'Time', 'Beside curl', 'Peak memory', `More than for ${size(smallest)}`],
		(['upload', 'download'] as const).flatMap((direction) =>
			rows
				.filter((row) => row.direction === direction)
				.map((row) => [
					direction,
					row.line === undefined
						? size(row.bytes)
						: `${size(row.bytes)}, ${(row.line * 8) / 1e9} Gbit/s`,
					row.contender,
					spread(row.seconds, row.bytes < 1e9 ? 3 : 1, 's'),
					ratio(row.seconds.median, beside(row, CURL)!.seconds.median),
					memory(row.peakBytes?.median),
					row.bytes === smallest ? '' : memory(growth(rows, row)),
				]),
		),
	);
}

/** Bytes of memory that a file took beyond what the smallest one took, in the same way. */
export function growth(rows: FileRow[], { direction, contender, peakBytes }: FileRow) {
	const same = rows.filter(
		(row) => row.direction === direction && row.contender === contender && row.peakBytes,
	);
	const [first] = same.sort((one, other) => one.bytes - other.bytes);
	return peakBytes && first && peakBytes.median - first.peakBytes!.median;
}

const memory = (bytes: number | undefined) =>
	bytes === undefined ? 'not measured' : `${(bytes / MEGABYTE).toFixed(0)} MB`;

export const size = (bytes: number): string =>
	bytes < 1e9 ? `${bytes / 1e6} MB` : `${bytes / 1e9} GB`;

const ratio = (value: number, base: number) => `${(value / base).toFixed(2)} ×`;

const spread = ({ median, min, max, count }: Sample, digits: number, unit: string) =>
	count === 1
		? `${median.toFixed(digits)} ${unit}`
		: `${median.toFixed(digits)} ${unit} (${min.toFixed(digits)}–${max.toFixed(digits)})`;

const table = (head: string[], rows: string[][]): string =>
	[head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
