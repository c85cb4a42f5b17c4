import { requestProblem } from './advice';
import type { VideoProject } from './api.types';
import type { MagicHourClient } from './client';
import type { Limit } from './limit';
import type { Pace } from './pace';
import { pauseUntil } from './pause';
import { Problem } from './problem';
import { hasEndedBadly } from './project';
import { quoted } from './quote';
import type { Failure } from './requestPolicy';

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

/**
 * Waits until a job is `complete`.
 * @param batch the pace of the jobs that are waited for together
 * @param checks lets only so many status checks go out at a time
 * @param signal ends the wait at once
 * @returns the finished project
 * @throws Problem with the job's id: when it ended in `error` or `canceled`, when time is up, when the API
 *   gives a final refusal, when the run is stopped
 */
export async function waitUntilComplete(
	client: MagicHourClient,
	id: string,
	options: WaitOptions,
	batch: Pace,
	checks: Limit,
	signal: AbortSignal,
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

		const answer = await checks(async () => client.checkProject(id));
		if (signal.aborted) throw stopped(id, lastStatus);
		const now = Date.now();
		let atLeast = 0;
		if (answer.ok) {
			const project = answer.body;
			onStatus?.(project);
			lastFailure = undefined;
			lastStatus = project.status;
			createdAt ??= Date.parse(quoted(project.created_at)) || now;
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
		if (now >= end) throw timedOut(id, timeoutMinutes, lastStatus, lastFailure);
		const age = Math.max(0, (now - (createdAt ?? now)) / 1000);
		next = () => now + Math.max(pace.secondsToNextCheck(age), atLeast) * 1000;
	}
}

/** A job that ended without a result; Magic Hour gives its credits back. */
export function endedBadly({ id, status, error, credits_charged }: VideoProject): Problem {
	const refund =
		credits_charged === 0
			? 'Its credits were refunded.'
			: `Credits charged according to Magic Hour: ${Number.isFinite(credits_charged) ? credits_charged : 'unknown'}.`;
	if (status === 'canceled') {
		return new Problem(`Job ${id} was cancelled`, {
			id,
			code: 'canceled',
			description: `Somebody cancelled it in the Magic Hour web app. ${refund} Run the item again to make it anew.`,
		});
	}
	return new Problem(
		`Job ${id} failed: ${quoted(error?.message) || 'Magic Hour gives no reason'}`,
		{
			id,
			code: quoted(error?.code) || 'error',
			description: `${refund} Change the input accordingly and run the item again.`,
		},
	);
}

function deleted(id: string): Problem {
	return new Problem(`Job ${id} was deleted`, {
		id,
		code: 'deleted',
		description:
			'Its video is gone for good. Run the workflow anew to make, and pay for, another one.',
	});
}

function timedOut(id: string, minutes: number, status: string, failure?: Failure): Problem {
	const unread = failure === undefined ? '' : ' The last status check failed.';
	return new Problem(
		`Job ${id} is not finished after ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}; its last status is ${status}`,
		{
			id,
			code: 'timeout',
			description: `It goes on at Magic Hour, and is paid for.${unread} Raise Timeout (Minutes), run the execution again (it takes the job up where it is), or use the operation Wait (Video Project) with this ID.`,
		},
	);
}

/** The wait of a job was broken off from outside. */
export function stopped(id: string, status: string): Problem {
	return new Problem(`Stopped while waiting for job ${id}; its last status is ${status}`, {
		id,
		code: 'stopped',
		description:
			'It goes on at Magic Hour, and is paid for. The operation Wait (Video Project) takes it up with this ID.',
	});
}
