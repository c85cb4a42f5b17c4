import { requestProblem } from '../api/requestProblem';
import type { VideoProject } from '../api/contract';
import type { MagicHourClient } from '../api/client';
import type { Limit } from '../concurrency';
import type { PollPace } from './pollPace';
import { pauseUntil } from '../pause';
import { hasEndedBadly } from './project';
import { deleted, endedBadly, stopped, timedOut } from './waitErrors';
import { oneLine } from '../oneLine';
import type { Failure } from '../api/failures';

/**
 * Seconds that the last check has, which is made when the item's time is up. Any other ends at that moment. A job that
 * has finished by then is worth more than a punctual error.
 */
const LAST_CHECK_SECONDS = 5;

/** Statuses that no later check can better: the key is wrong, or the job is not there. */
const FINAL_REFUSALS = [401, 403, 404];

export interface WaitOptions {
	/** Minutes after which the wait ends with an error that names the job. */
	timeoutMinutes: number;
	/** Seconds, the shortest pause between two status checks. */
	pollInterval: number;
	/** When the job was created, milliseconds since the epoch; unknown for a job from elsewhere. */
	createdAt?: number;
	/** Called with every status that was read. */
	onStatus?: (project: VideoProject) => void;
}

/** What jobs that are waited for together share. */
export interface Waiting {
	client: MagicHourClient;
	pace: PollPace;
	/** Lets only so many status checks go out at a time. */
	checks: Limit;
	/** Ends the wait at once. */
	signal: AbortSignal;
}

/**
 * Waits until a job is `complete`.
 * @returns the finished project
 * @throws Problem with the job's id: when it ended in `error` or `canceled`, when time is up, when the API
 *   gives a final refusal, when the run is stopped
 */
export async function waitUntilComplete(
	id: string,
	options: WaitOptions,
	{ client, pace: batch, checks, signal }: Waiting,
): Promise<VideoProject> {
	const { timeoutMinutes, pollInterval, onStatus } = options;
	const pace = batch.join(pollInterval);
	const end = Date.now() + timeoutMinutes * 60_000;
	let { createdAt } = options;
	let lastStatus = 'unknown';
	let lastFailure: Failure | undefined;
	// A job made just now cannot be complete yet; one from elsewhere may be.
	const first = createdAt === undefined ? 0 : createdAt + pollInterval * 1000;
	let next = () => first;

	for (;;) {
		await pauseUntil(() => Math.min(next(), end), signal);
		if (signal.aborted) throw stopped(id, lastStatus);

		let isLast = false;
		const answer = await checks(async () => {
			const secondsLeft = (end - Date.now()) / 1000;
			isLast = secondsLeft <= 0;
			// Its turn to ask came too late.
			if (secondsLeft < -LAST_CHECK_SECONDS) return undefined;
			return await client.checkProject(id, isLast ? LAST_CHECK_SECONDS : secondsLeft);
		});
		if (signal.aborted) throw stopped(id, lastStatus);
		if (answer === undefined) throw timedOut(id, timeoutMinutes, lastStatus, lastFailure);
		const now = Date.now();
		let atLeast = 0;
		if (answer.ok) {
			const project = answer.body;
			onStatus?.(project);
			lastFailure = undefined;
			lastStatus = project.status;
			createdAt ??= Date.parse(oneLine(project.created_at)) || now;
			if (project.enabled === false) throw deleted(id);
			const endedWell = project.status === 'complete';
			if (endedWell || hasEndedBadly(project)) {
				pace.noteEnd((now - createdAt) / 1000, endedWell);
				if (endedWell) return project;
				throw endedBadly(project);
			}
			pace.noteUnfinished();
		} else {
			lastFailure = answer.failure;
			if (lastFailure.kind === 'refused') {
				if (FINAL_REFUSALS.includes(lastFailure.status)) {
					throw requestProblem({ request: 'getProject', failure: lastFailure, tries: 1, id });
				}
				atLeast = lastFailure.retryAfterSeconds ?? 0;
			}
		}
		if (isLast || (now >= end && answer.ok))
			throw timedOut(id, timeoutMinutes, lastStatus, lastFailure);
		const age = Math.max(0, (now - (createdAt ?? now)) / 1000);
		next = () => now + Math.max(pace.secondsToNextCheck(age), atLeast) * 1000;
	}
}
