import type { INode } from 'n8n-workflow';

import { startSandbox } from '../../sandbox/index.cts';
import { ENGINE } from '../contenders/batch.cts';
import type { EngineResult, EngineTask } from '../measured/engine.cts';
import { MeasuredProcess } from '../measured/process.cts';
import type { CreateRow } from '../results.cts';
import { rotated, sample } from '../statistics.cts';
import {
	credentialsFor,
	httpCreate,
	JOB,
	lineOf,
	magicHour,
	withOwnCredential,
} from '../workflows.cts';
import { BUILT_IN_REQUEST, SETUP, THIS_NODE } from './names.cts';
import type { Surroundings } from './part.cts';

/** A node that creates jobs and does not wait for them. */
type Creator = (url: string) => INode;

const httpWith =
	(options: INode['parameters']): Creator =>
	(url) =>
		httpCreate(url, options);

/** Milliseconds: with 0, the node makes no batches. */
const BATCHES_OF_50 = { batching: { batch: { batchSize: 50, batchInterval: 1 } } };

/**
 * Creates as many jobs in one execution.
 * @param roundTrip seconds that an answer is held back
 * @returns the seconds that the node took
 */
async function measureOnce(creator: Creator, jobs: number, roundTrip: number): Promise<number> {
	const sandbox = await startSandbox(SETUP);
	try {
		const step = creator(sandbox.url);
		const ready = await MeasuredProcess.start<EngineTask, EngineResult>(ENGINE, {
			workflow: lineOf(jobs, step),
			warmUp: lineOf(1, step),
			credentials: credentialsFor(sandbox),
		});
		sandbox.reset();
		if (roundTrip > 0) sandbox.failBy(() => ({ action: { delaySeconds: roundTrip } }));
		const { result } = await ready.run();
		if (sandbox.jobs.length !== jobs || result.items !== jobs) {
			throw new Error(`${sandbox.jobs.length} jobs and ${result.items} items of ${jobs}`);
		}
		return result.nodes[step.name]!;
	} finally {
		await sandbox.close();
	}
}

const WAYS: Array<{ contender: string; creator: Creator }> = [
	{ contender: THIS_NODE, creator: () => magicHour('Create', { ...JOB, options: {} }) },
	{ contender: BUILT_IN_REQUEST, creator: httpWith({}) },
	{ contender: `${BUILT_IN_REQUEST}, batches of 50`, creator: httpWith(BATCHES_OF_50) },
	{
		contender: `${BUILT_IN_REQUEST}, batches of 50, Magic Hour credential`,
		creator: (url) => withOwnCredential(httpCreate(url, BATCHES_OF_50)),
	},
];

const JOBS = 1000;

/** Seconds, and how often each is measured. */
const ROUND_TRIPS = [
	{ roundTrip: 0, repeats: 5 },
	{ roundTrip: 0.1, repeats: 1 },
];

/** A thousand creations in one execution, in all ways. */
export async function measureCreates({ tell }: Surroundings): Promise<CreateRow[]> {
	const rows: CreateRow[] = [];
	for (const { roundTrip, repeats } of ROUND_TRIPS) {
		const seconds = new Map(WAYS.map((entry) => [entry, [] as number[]]));
		for (let repeat = 0; repeat < repeats; repeat++) {
			for (const entry of rotated(WAYS, repeat)) {
				tell(`${JOBS} creations, ${entry.contender}, ${repeat + 1} of ${repeats}`);
				seconds.get(entry)!.push(await measureOnce(entry.creator, JOBS, roundTrip));
			}
		}
		for (const [{ contender }, measured] of seconds) {
			const perItem = sample(measured.map((each) => (each / JOBS) * 1000));
			rows.push({ contender, jobs: JOBS, roundTrip, perItem });
		}
	}
	return rows;
}
