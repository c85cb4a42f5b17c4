import { setTimeout as pause } from 'node:timers/promises';

import fc from 'fast-check';

import type { LipSyncRequest, ProjectStatus } from '../../nodes/magicHour/api/contract.ts';
import type {
	Endpoint,
	FaultChoice,
	JobPlan,
	RecordedRequest,
	Sandbox,
} from '../../sandbox/index.cts';
import { draw } from '../support/draw.cts';

/** What happens to one request: a fault, an older status than the one before, or nothing. */
type Fate = ReturnType<FaultChoice> | { status: ProjectStatus };

const constants = <T,>(...values: T[]) => fc.constantFrom(...values);

const status = (...statuses: number[]) =>
	constants(...statuses).map((code) => ({ action: { status: code } }));

/** Too many requests: with a pause in seconds, as a date, as nonsense, or without one. */
const throttled = constants(undefined, '0', '1', 'date', 'soon').map((after) => {
	const header = after === 'date' ? new Date(Date.now() + 500).toUTCString() : after;
	const headers = header === undefined ? undefined : { 'retry-after': header };
	return { action: { status: 429, body: { message: 'Slow down' }, headers } } as const;
});

const broken = constants<'reset' | 'resetBefore' | 'garbage' | 'empty' | 'truncated'>(
	'reset',
	'resetBefore',
	'garbage',
	'empty',
	'truncated',
).chain((action) => fc.boolean().map((effect) => ({ action, effect })));

const late = fc
	.double({ min: 0.01, max: 0.3, noNaN: true })
	.map((delaySeconds) => ({ action: { delaySeconds } }));

const silent = constants<'hang' | 'stall'>('hang', 'stall').map((action) => ({ action }));

/** `bad` of a hundred requests meet with one of these. */
const fates = (bad: number, ...kinds: Array<fc.Arbitrary<Fate>>) =>
	fc.oneof(
		{ weight: (100 - bad) * kinds.length, arbitrary: fc.constant<Fate>(undefined) },
		...kinds.map((arbitrary) => ({ weight: bad, arbitrary })),
	);

const FATES: Partial<Record<Endpoint, fc.Arbitrary<Fate>>> = {
	uploadUrls: fates(15, status(429, 500, 502, 503), throttled, broken, late),
	// 403: the address has expired.
	upload: fates(15, status(403, 500, 503), broken, late),
	createLipSync: fates(
		25,
		status(400, 402, 429, 502, 503),
		status(500, 504).chain((fate) => fc.boolean().map((effect) => ({ ...fate, effect }))),
		throttled,
		broken,
		late,
	),
	getProject: fates(
		25,
		status(429, 500, 502, 503, 504),
		throttled,
		broken,
		late,
		constants<ProjectStatus>('draft', 'queued', 'rendering').map((earlier) => ({
			status: earlier,
		})),
	),
	download: fates(25, status(403, 500, 503), throttled, broken, late),
};

/** One request in so many is never answered; it ends when the node gives it up, or at a restart. */
const NEVER_ANSWERED = fates(1, silent);

/** What becomes of the jobs. */
const PLANS: fc.Arbitrary<Partial<JobPlan>> = fc.record({
	outcome: fc.oneof(
		{ weight: 94, arbitrary: fc.constant('complete' as const) },
		{ weight: 3, arbitrary: fc.constant('error' as const) },
		{ weight: 2, arbitrary: fc.constant('canceled' as const) },
		{ weight: 1, arbitrary: fc.constant('never' as const) },
	),
	queueSeconds: fc.double({ min: 0, max: 0.1, noNaN: true }),
	renderSeconds: fc.double({ min: 0, max: 0.5, noNaN: true }),
	downloads: constants(1, 1, 1, 2),
	// The first address a project shows may have run out when it is used.
	downloadValiditySeconds: constants(3600, 3600, 3600, 0.02),
});

/** Lets the drawn fates happen at a sandbox. */
export function unleash(sandbox: Sandbox): void {
	const times = new Map<string, number>();
	const nth = (key: string) => {
		times.set(key, (times.get(key) ?? 0) + 1);
		return `${key} ${times.get(key)}`;
	};
	sandbox.setScript(({ name }) => draw(PLANS, nth(`job ${name}`)));
	sandbox.failBy((request) => {
		const { endpoint } = request;
		const arbitrary = endpoint === 'unknown' ? undefined : FATES[endpoint];
		if (arbitrary === undefined) return undefined;
		const purpose = nth(`${endpoint} ${subject(sandbox, request)}`);
		const fate = draw(NEVER_ANSWERED, `silence ${purpose}`) ?? draw(arbitrary, purpose);
		if (fate === undefined || 'action' in fate) return fate;
		return older(sandbox, request, fate.status);
	});
}

/** Whom a request is about: the name of its item, where it can be known. */
function subject(sandbox: Sandbox, { endpoint, body, path }: RecordedRequest): string {
	if (endpoint === 'createLipSync') return String((body as LipSyncRequest | undefined)?.name);
	return projectIn(sandbox, path)?.name ?? '';
}

const projectIn = (sandbox: Sandbox, path: string) =>
	sandbox.jobs.find(({ id }) => path.includes(id))?.project;

/** The answer that a replica which lags behind would give. */
function older(sandbox: Sandbox, { path }: RecordedRequest, earlier: ProjectStatus) {
	const project = projectIn(sandbox, path);
	if (project === undefined || ['error', 'canceled'].includes(project.status)) return undefined;
	return { action: { status: 200, body: { ...project, status: earlier, downloads: [] } } };
}

/** Restarts a sandbox again and again, until it is told to stop. */
export class Restarts {
	/** When they began, milliseconds since the epoch. */
	readonly at: number[] = [];
	private readonly end = new AbortController();
	private readonly done: Promise<void>;

	constructor(sandbox: Sandbox) {
		this.done = this.go(sandbox);
	}

	async stop(): Promise<void> {
		this.end.abort();
		await this.done;
	}

	private async go(sandbox: Sandbox): Promise<void> {
		const { signal } = this.end;
		for (let round = 0; ; round++) {
			const seconds = draw(fc.double({ min: 1, max: 4, noNaN: true }), `restart ${round}`);
			await pause(seconds * 1000, undefined, { signal }).catch(() => undefined);
			if (signal.aborted) return;
			this.at.push(Date.now());
			await sandbox.restart(draw(fc.double({ min: 0, max: 0.3, noNaN: true }), `down ${round}`));
		}
	}
}
