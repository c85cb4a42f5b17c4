import { jobMayExist, requestProblem } from './advice';
import type { LipSyncRequest, LipSyncResponse } from './api.types';
import type { JobRecord } from './memory';
import { Problem } from './problem';
import { hasEndedBadly } from './project';
import { mayHaveCreated, type Failure } from './requestPolicy';
import type { Run } from './run';

/** A job that exists. */
export interface Job {
	response: LipSyncResponse;
	/** Milliseconds since the epoch. */
	createdAt: number;
}

export interface Wanted {
	/** Of what is asked for. */
	fingerprint: string;
	/** Whether the node is going to wait for the job, and so cares whether it has failed meanwhile. */
	willWait: boolean;
	/** Uploads what has to be uploaded and gives the request body. */
	request: () => Promise<LipSyncRequest>;
}

/**
 * Gives the item its job: the one it has already, or else a new one. This is where it is made sure that no
 * item is paid for twice, whoever runs the node again: Retry On Fail, the engine after a run in which the
 * first item failed, or a person who retries the execution.
 * @throws Problem when there is no job, or when there may be one that nobody knows the id of
 */
export async function createOnce(run: Run, itemIndex: number, wanted: Wanted): Promise<Job> {
	const { memory } = run;
	const record = memory.recall(itemIndex, wanted.fingerprint);
	if (record?.state === 'created') {
		const job = await takeUp(run, record, wanted.willWait);
		if (job !== undefined) return known(run, itemIndex, job);
	}
	if (record?.state === 'asked' && (record.byThisExecution || run.ctx.getMode() !== 'retry')) {
		throw jobMayExist('an earlier try of this execution sent it and got no answer');
	}
	const lost = await run.hasLostMemory();
	if (record === undefined && lost) {
		throw jobMayExist('this execution was killed before, and what it had created is not known');
	}
	return known(run, itemIndex, await create(run, itemIndex, wanted));
}

function known(run: Run, itemIndex: number, job: Job): Job {
	run.noteJob(itemIndex, job.response.id);
	return job;
}

/** @returns undefined for a job that has failed meanwhile: it was refunded, and is to be made anew */
async function takeUp(run: Run, record: JobRecord, willWait: boolean): Promise<Job | undefined> {
	const job = { response: record.response!, createdAt: record.at };
	if (!willWait) return job;
	const answer = await run.client.checkProject(job.response.id);
	return answer.ok && hasEndedBadly(answer.body) ? undefined : job;
}

async function create(run: Run, itemIndex: number, wanted: Wanted): Promise<Job> {
	const { client, memory, signal } = run;
	const request = await wanted.request();
	if (signal.aborted) throw new Problem('Stopped before the job was created', { code: 'stopped' });

	memory.rememberAsked(itemIndex, wanted.fingerprint);
	const outcome = await client.createLipSync(request);
	if (outcome.ok) {
		memory.rememberCreated(itemIndex, outcome.body);
		run.logJob(itemIndex, outcome.body.id);
		return { response: outcome.body, createdAt: Date.now() };
	}
	const { failure, tries } = outcome;
	if (!mayHaveCreated(failure)) memory.forget(itemIndex);
	const id = idInUnreadableAnswer(failure);
	if (id === undefined) throw requestProblem({ request: 'createLipSync', failure, tries });

	memory.rememberCreated(itemIndex, { id } as LipSyncResponse);
	run.noteJob(itemIndex, id);
	run.logJob(itemIndex, id);
	const { credits_charged } = await client.getProject(id);
	const response = { id, credits_charged };
	memory.rememberCreated(itemIndex, response);
	return { response, createdAt: Date.now() };
}

/** An answer that broke off may still have the id of the job that was made, and paid for. */
function idInUnreadableAnswer(failure: Failure): string | undefined {
	if (failure.kind !== 'unreadable') return undefined;
	const found = /"id"\s*:\s*(?:"([A-Za-z0-9_-]{1,200})"|(\d{1,200})\b)/.exec(failure.body);
	return found?.[1] ?? found?.[2];
}
