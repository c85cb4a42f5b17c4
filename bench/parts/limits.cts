import { startSandbox, type Sandbox } from '../../sandbox/index.cts';
import { ENGINE, SDK_PROGRAM } from '../contenders/batch.cts';
import type { EngineResult, EngineTask } from '../measured/engine.cts';
import { MeasuredProcess } from '../measured/process.cts';
import type { SdkTask } from '../measured/sdk.cts';
import type { LimitRow } from '../results.cts';
import { credentialsFor, httpCreate, JOB, lineOf, magicHour } from '../workflows.cts';
import { BUILT_IN_REQUEST, SDK_NAME, SETUP, THIS_NODE } from './names.cts';
import type { Surroundings } from './part.cts';

const JOBS = 200;

/** What the API lets through: so many creations in so many seconds, counted in windows; a client isn't told */
const LIMIT = { requests: 50, seconds: 20 };

/** Seconds: the last window may be used as soon as it begins. */
const SHORTEST = (JOBS / LIMIT.requests - 1) * LIMIT.seconds;

/** Creates jobs at a sandbox, in a process that is ready to do it. */
type Creator = (sandbox: Sandbox, folder: string) => Promise<MeasuredProcess<unknown>>;

const inEngine =
	(step: (sandbox: Sandbox) => ReturnType<typeof httpCreate>): Creator =>
	async (sandbox) =>
		await MeasuredProcess.start<EngineTask, EngineResult>(ENGINE, {
			workflow: lineOf(JOBS, step(sandbox)),
			warmUp: lineOf(1, step(sandbox)),
			credentials: credentialsFor(sandbox),
		});

/** Set to continue, because it would stop at the first refusal. */
const http = (options: Parameters<typeof httpCreate>[1] = {}) =>
	inEngine(({ url }) => ({ ...httpCreate(url, options), onError: 'continueRegularOutput' }));

/** Milliseconds: a little longer than the window, which begins with the first request. */
const BATCH_INTERVAL = LIMIT.seconds * 1000 + 100;

const WAYS: Array<{ contender: string; creator: Creator }> = [
	{ contender: THIS_NODE, creator: inEngine(() => magicHour('Create', { ...JOB, options: {} })) },
	{ contender: BUILT_IN_REQUEST, creator: http() },
	{
		contender: `${BUILT_IN_REQUEST}, batches that fit the limit`,
		creator: http({
			batching: { batch: { batchSize: LIMIT.requests, batchInterval: BATCH_INTERVAL } },
		}),
	},
	{
		contender: SDK_NAME,
		creator: async ({ url, apiKey }, folder) =>
			await MeasuredProcess.start<SdkTask, unknown>(
				SDK_PROGRAM,
				{
					folder,
					baseUrl: url,
					apiKey,
					warmUp: { kind: 'create', jobs: 1 },
					action: { kind: 'create', jobs: JOBS },
				},
				{ MAGIC_HOUR_LOG_LEVEL: 'error' },
			),
	},
];

/** 200 creations under a rate limit that nobody is told. */
export async function measureLimits({ folder, tell }: Surroundings): Promise<LimitRow[]> {
	const rows: LimitRow[] = [];
	for (const { contender, creator } of WAYS) {
		tell(`${JOBS} creations under a limit, ${contender}`);
		const sandbox = await startSandbox(SETUP);
		try {
			const ready = await creator(sandbox, folder);
			sandbox.reset();
			sandbox.limitRate(LIMIT);
			const { seconds } = await ready.run();
			const made = sandbox.jobs.length;
			const refused = sandbox.requestsTo('createLipSync').length - made;
			rows.push({ contender, jobs: JOBS, made, refused, seconds, shortest: SHORTEST });
		} finally {
			await sandbox.close();
		}
	}
	return rows;
}
