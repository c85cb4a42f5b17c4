import { Command, Option } from 'commander';
import { Listr, type ListrTask } from 'listr2';

import { installContenders } from './install.cts';
import { measureBatches } from './parts/batch.cts';
import { measureCreates } from './parts/creates.cts';
import { measureFiles } from './parts/files.cts';
import { measureLimits } from './parts/limits.cts';
import { measureLoad } from './parts/load.cts';
import { measureLooks } from './parts/looks.cts';
import type { Surroundings } from './parts/part.cts';
import { readResults, writeReport, writeResults } from './report/report.cts';
import { tables } from './report/tables.cts';
import { allVersions, thisMachine, type Results } from './results.cts';

const PARTS = ['load', 'creates', 'limits', 'looks', 'files', 'batch'] as const;
type Part = (typeof PARTS)[number];

const MEASURES: {
	[Name in Part]: { title: string; measure: (around: Surroundings) => Promise<Results[Name]> };
} = {
	load: { title: 'Load time and size, beside other packs', measure: measureLoad },
	creates: { title: 'Creations without waiting (3 minutes)', measure: measureCreates },
	limits: { title: 'Creations under a rate limit (3 minutes)', measure: measureLimits },
	looks: { title: 'Looking at files (2 minutes)', measure: measureLooks },
	files: { title: 'Uploads and downloads (7 minutes)', measure: measureFiles },
	batch: { title: 'Batches (18 minutes)', measure: measureBatches },
};

/** The tables of each part, by name. */
const TABLES: Record<Part, string[]> = {
	load: ['load'],
	creates: ['creates'],
	limits: ['limits'],
	looks: ['looks'],
	files: ['files'],
	batch: ['batch', 'minutes', 'alike', 'distant'],
};

interface Arguments {
	only?: Part;
	report?: true;
}

async function main(): Promise<void> {
	const { only, report } = new Command('npm run bench --')
		.description('Measures the node beside the alternatives, and writes docs/benchmarks.*')
		.addOption(new Option('--only <part>', 'measure that, print it, write nothing').choices(PARTS))
		.option('--report', 'write the documents again from bench/results.json, measure nothing')
		.parse()
		.opts<Arguments>();
	if (report) return await writeReport(readResults());

	const begin = performance.now();
	const measured = await measure(only ? [only] : PARTS);
	const results = {
		measuredAt: new Date().toISOString(),
		minutes: (performance.now() - begin) / 60_000,
		machine: thisMachine(),
		versions: allVersions(),
		...measured,
	};
	if (only) {
		const all = tables(results);
		return console.log(TABLES[only].map((name) => all[name]).join('\n\n'));
	}
	await writeResults(results);
	await writeReport(results);
}

async function measure(parts: readonly Part[]): Promise<Pick<Results, Part>> {
	const measured: Pick<Results, Part> = {
		load: [],
		creates: [],
		limits: [],
		looks: [],
		files: [],
		batch: [],
	};
	let folder = '';
	const steps: ListrTask[] = [
		{
			title: 'Install what is measured beside the node',
			task: async () => {
				folder = await installContenders();
			},
		},
		...parts.map(stepOf),
	];
	function stepOf<Name extends Part>(part: Name): ListrTask {
		return {
			title: MEASURES[part].title,
			task: async (_, task) => {
				const tell = (line: string) => {
					task.output = line;
				};
				measured[part] = await MEASURES[part].measure({ folder, tell });
			},
		};
	}
	await new Listr(steps).run();
	return measured;
}

main().catch((error) => {
	console.error(error);
	process.exitCode = 1;
});
