import { RETRY_ONCE_MORE } from '../advice';
import { requestProblem, LIBRARY_PAGE } from '../api/requestProblem';
import type { LipSyncResponse, VideoProject } from '../api/contract';
import type { Outcome } from '../api/sendWithRetries';
import type { JobRecord } from '../jobs/memoryRecords';
import { hasEndedBadly } from '../jobs/project';
import { Problem } from '../problem';
import { listedJobs } from './batchErrors';
import type { RunContext } from './runContext';

/** A job that exists. */
export interface Job {
	response: LipSyncResponse;
	/** Milliseconds since the epoch. */
	createdAt: number;
}

/**
 * Continues with a job that an earlier try has made.
 * @param mustLook whether it matters what has become of the job
 * @returns undefined for a job that has failed by now, because it was refunded, and for one of another account of
 *   which a person was told, or that is gone, as a person was told
 * @throws Problem for a job of another account, for one that is gone, and when it cannot be found out whether it is
 */
export async function takeUp(
	run: RunContext,
	itemIndex: number,
	record: JobRecord,
	mustLook: boolean,
): Promise<Job | undefined> {
	const { client } = run;
	const job = { response: record.response!, createdAt: record.at };
	if (!mustLook) return job;
	const { id } = job.response;
	const answer = await client.checkProject(id);
	if (answer.ok && hasEndedBadly(answer.body)) {
		run.memory.rememberFailed(itemIndex);
		return undefined;
	}
	const isOwn = record.account === client.account;
	if (isDeleted(answer) || (isUnknown(answer) && isOwn)) {
		if (!(await run.isAnswered(`job ${id}`, itemIndex))) throw gone(id);
		run.memory.rememberGone(itemIndex);
		return undefined;
	}
	if (isUnknown(answer)) {
		// A new key of the same account sees the job; another account does not.
		if (await run.isAnswered(inAnotherAccount(id, client.account), itemIndex)) return undefined;
		throw ofOtherAccount(id, askAboutOtherAccounts(run));
	}
	if (answer.ok || isOwn) return job;
	throw requestProblem({ request: 'getProject', failure: answer.failure, tries: 1, id });
}

const isDeleted = (answer: Outcome<VideoProject>): boolean =>
	answer.ok && answer.body.enabled === false;

const isUnknown = (answer: Outcome<VideoProject>): boolean =>
	!answer.ok && answer.failure.kind === 'refused' && answer.failure.status === 404;

/** Somebody may have deleted it by mistake. */
const gone = (id: string) =>
	new Problem(`Job ${id} was deleted, or Magic Hour does not know it any more`, {
		id,
		code: 'deleted',
		description: `An earlier try made and paid for it. Look in your library: ${LIBRARY_PAGE} To make and pay for a new one, ${RETRY_ONCE_MORE}.`,
	});

const inAnotherAccount = (id: string, account: string) => `job ${id}, for account ${account}`;

/**
 * One question for all items that have a job in another account, and not one for each retry.
 * @returns the ids of their jobs
 */
function askAboutOtherAccounts(run: RunContext): string[] {
	const { client, memory, orders } = run;
	const { account } = client;
	const jobs = [...orders].flatMap(([item, asked]) => {
		const record = memory.recall(item, asked);
		const isOfOther = record?.state === 'created' && record.account !== account;
		return isOfOther ? [{ item, id: record.response!.id }] : [];
	});
	for (const { item, id } of jobs) {
		memory.questions.askAboutItem(inAnotherAccount(id, account), item);
		run.askedTogether.add(item);
	}
	return jobs.map(({ id }) => id);
}

/** It cannot be taken over, and a second one is not paid for before a person was told. */
function ofOtherAccount(id: string, all: string[]): Problem {
	const others = all.filter((each) => each !== id);
	const same = others.length === 0 ? '' : ` The same is true of: ${listedJobs(others)}.`;
	return new Problem(`Job ${id} belongs to another account`, {
		id,
		code: 'other_account',
		description: `An earlier try made it with another credential, and that account pays for it.${same} Choose that credential again, and Retry continues with this job. To pay again with the present credential, ${RETRY_ONCE_MORE}.`,
	});
}
