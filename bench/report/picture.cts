import { THIS_NODE } from '../parts/names.cts';
import type { BatchRow, Results } from '../results.cts';
import { growth } from './tables.cts';

interface Bar {
	label: string;
	value: number;
}

interface Panel {
	title: string;
	bars: Bar[];
	/** Said of a bar's value. */
	unit: string;
	/** A line that nothing can be below. */
	limit?: number;
}

/** Pixels. */
const WIDTH = 860;
const LABELS = 250;
const VALUES = 90;
const BAR = 20;
const GAP = 8;
const TITLE = 34;
const PANEL_GAP = 22;

/** Readable on white and on black, because a picture in a page does not know which it is on. */
const COLORS = { text: '#7d8590', node: '#1f9d6b', other: '#8b949e', limit: '#d29922' };

/** The figures people ask for first, as an SVG. */
export function picture({ batch, files }: Results): string {
	const largest = Math.max(...batch.map(({ jobs }) => jobs));
	const bars = (scenario: BatchRow['scenario'], valueOf: (row: BatchRow) => number): Bar[] =>
		batch
			.filter((row) => row.scenario === scenario && row.jobs === largest)
			.map((row) => ({ label: row.contender, value: valueOf(row) }))
			// One job after the other takes so long that beside it all others look alike.
			.filter(({ value }) => value < 1000);
	const largestFile = Math.max(...files.map(({ bytes }) => bytes));
	const panels: Panel[] = [
		{
			title: `${largest} jobs, renders of 20 seconds: total time (dashed: the slowest job)`,
			bars: bars('short', ({ seconds }) => seconds.median),
			unit: 's',
			limit: batch.find(({ scenario }) => scenario === 'short')!.limit,
		},
		{
			title: `${largest} jobs, renders of minutes: total time (dashed: the slowest job)`,
			bars: bars('minutes', ({ seconds }) => seconds.median),
			unit: 's',
			limit: batch.find(({ scenario }) => scenario === 'minutes')!.limit,
		},
		{
			title: `${largest} jobs, renders of minutes: status checks per job`,
			bars: bars('minutes', ({ checks }) => checks.median),
			unit: '',
		},
		{
			title: 'Upload of 2 GB: memory beyond that for an upload of 1 MB',
			bars: files
				.filter(
					({ direction, bytes, line }) =>
						direction === 'upload' && bytes === largestFile && line === undefined,
				)
				.map((row) => ({ label: row.contender, value: (growth(files, row) ?? 0) / 1e6 })),
			unit: 'MB',
		},
	];
	let top = 0;
	const drawn = panels.map((panel) => {
		const text = drawPanel(panel, top);
		top += TITLE + panel.bars.length * (BAR + GAP) + PANEL_GAP;
		return text;
	});
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" font-family="system-ui, sans-serif" font-size="13" fill="${COLORS.text}">
${drawn.join('\n')}
</svg>
`;
}

function drawPanel({ title, bars, unit, limit }: Panel, top: number): string {
	const most = Math.max(limit ?? 0, ...bars.map(({ value }) => value));
	const lengthOf = (value: number) => (Math.max(0, value) / most) * (WIDTH - LABELS - VALUES);
	const rows = bars.map(({ label, value }, index) => {
		const y = top + TITLE + index * (BAR + GAP);
		const color = label.startsWith(THIS_NODE) ? COLORS.node : COLORS.other;
		const middle = y + BAR / 2 + 5;
		return [
			`<text x="${LABELS - 10}" y="${middle}" text-anchor="end">${escaped(label)}</text>`,
			`<rect x="${LABELS}" y="${y}" width="${lengthOf(value).toFixed(1)}" height="${BAR}" rx="3" fill="${color}"/>`,
			`<text x="${(LABELS + lengthOf(value) + 8).toFixed(1)}" y="${middle}">${value.toFixed(value < 100 ? 1 : 0)} ${unit}</text>`,
		].join('\n');
	});
	const line =
		limit === undefined
			? []
			: [limitLine(LABELS + lengthOf(limit), top + TITLE - 4, bars.length * (BAR + GAP))];
	return [
		`<text x="0" y="${top + 20}" font-weight="600">${escaped(title)}</text>`,
		...rows,
		...line,
	].join('\n');
}

const limitLine = (x: number, y: number, height: number) =>
	`<line x1="${x.toFixed(1)}" y1="${y}" x2="${x.toFixed(1)}" y2="${y + height}" stroke="${COLORS.limit}" stroke-width="2" stroke-dasharray="4 3"><title>the slowest job and one round trip</title></line>`;

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
