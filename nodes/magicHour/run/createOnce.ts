import { jobMayExist, LIBRARY_PAGE, requestProblem } from '../api/requestProblem';
import type { LipSyncRequest, LipSyncResponse } from '../api/contract';
import { isCalled } from '../jobs/caller';
import { doubt, idOf } from '../jobs/memory';
import type { AskedFor } from '../jobs/memoryRecords';
import { executionId } from '../jobs/order';
import { checkSpending } from '../jobs/spending';
import { Problem, withDetails } from '../problem';
import { RETRY } from '../advice';
import { listedJobs } from './batchErrors';
import { isRateLimit, mayHaveCreated, type Failure } from '../api/failures';
import { heldBackForTooLong } from './heldBack';
import type { RunContext } from './runContext';
import { takeUp, type Job } from './takeUp';

export interface CreateRequest {
	/** Whether the node is going to wait for the job, and so cares whether it has failed by now. */
	willWait: boolean;
	/** Credits that all items of the run may cost together, in all their tries; undefined: no limit. */
	maxCredits: number | undefined;
	/** Uploads what has to be uploaded; gives the request body, and the credits it is going to cost as far as is known. */
	request: () => Promise<{ body: LipSyncRequest; credits: number }>;
}

/** The request of an item, with what makes it an order. */
interface Order extends CreateRequest {
	asked: AskedFor;
}

/**
 * Gives an item its job: the one it has already, or else a new one. Call {@link expectOrder} before. This is where it is
 * made sure that no item is paid for twice, whoever runs the node again: Retry On Fail, the engine after a run in which
 * the first item failed, or a person who retries the execution.
 * @throws Problem when there is no job, or when there may be one that nobody knows the id of
 */
export async function createOnce(
	run: RunContext,
	itemIndex: number,
	wanted: CreateRequest,
): Promise<Job> {
	const order = { ...wanted, asked: run.orderOf(itemIndex) };
	const job = await existing(run, itemIndex, order);
	if (job !== undefined) return known(run, itemIndex, job);
	const claimed = await run.mayCreate();
	if (!claimed.free)
		throw 'failure' in claimed ? noMark(claimed.failure) : otherExecution(run, claimed);
	const adopted = claimed.adopted ? await existing(run, itemIndex, order) : undefined;
	if (adopted !== undefined) return known(run, itemIndex, adopted);
	await askIfInDoubt(run, itemIndex, order);
	return known(run, itemIndex, await create(run, itemIndex, order));
}

/**
 * To be called for every item before the first one is given its job.
 * @param fingerprint of what is asked for, with its expressions worked out
 * @returns whether an earlier try has made a job for the item, as far as is remembered
 */
export function expectOrder(run: RunContext, itemIndex: number, fingerprint: string): boolean {
	const asked = run.expectOrder(itemIndex, fingerprint);
	return run.memory.recall(itemIndex, asked)?.state === 'created';
}

/** @returns undefined where no job is known */
async function existing(
	run: RunContext,
	itemIndex: number,
	{ asked, willWait }: Pick<Order, 'asked' | 'willWait'>,
): Promise<Job | undefined> {
	const record = run.memory.recall(itemIndex, asked);
	if (record?.state === 'created') {
		const mustLook = willWait || record.account !== asked.account;
		const job = await takeUp(run, itemIndex, record, mustLook);
		if (job !== undefined) return job;
		// Another execution may have made one since.
		const isLast = run.memory.recall(itemIndex, asked)?.entry === record.entry;
		return isLast ? undefined : await existing(run, itemIndex, { asked, willWait });
	}
	if (record?.state === 'asked' && record.byThisExecution) {
		throw jobMayExist('an earlier try of this execution sent it and got no answer');
	}
	return undefined;
}

/** A job may have been made, and none that has been made since is known: a person looks for it first. */
async function askIfInDoubt(
	run: RunContext,
	itemIndex: number,
	{ asked }: Pick<Order, 'asked'>,
): Promise<void> {
	const askers = new Set<string>();
	for (const record of run.memory.doubts(itemIndex, asked)) {
		if (!(await run.isAnswered(doubt(record), itemIndex))) askers.add(idOf(record.execution));
	}
	if (askers.size === 0) return;
	throw jobMayExist(`${named([...askers])} sent it and got no answer`);
}

const named = (executions: string[]): string =>
	`execution${executions.length === 1 ? '' : 's'} ${executions.join(', ')}`;

/** Another execution has made jobs, or was about to, and no item can be given one of them. */
function otherExecution(
	{ ctx }: RunContext,
	{ by, jobs = [] }: { by?: string; jobs?: readonly string[] },
): Problem {
	const own = executionId(ctx);
	const others = by !== undefined && by !== own ? named(by.split(', ')) : undefined;
	const thisOne = isCalled(ctx) ? 'this execution of the sub-workflow' : 'this execution';
	const who = others ?? 'an earlier run or retry of this execution';
	const where = others === undefined ? '' : ` and at ${others} in Executions`;
	const [what, why] =
		jobs.length > 0
			? [
					`${who} made jobs for other requests`,
					`These are its jobs that no item asks for: ${listedJobs(jobs)}. Files, times or items may have changed since.`,
				]
			: [
					`it is not known which jobs ${who} created`,
					'It may still run, or it was killed, deleted or not saved, or the node was renamed or replaced since.',
				];
	return withDetails(jobMayExist(what), {
		description: `${why} Look in your library (${LIBRARY_PAGE})${where} before you retry, or you may pay twice. Retry On Fail creates nothing. Retry of ${thisOne}${own === undefined ? '' : ` (${own})`} creates a job for every item that has none${jobs.length > 0 ? '' : ', unless the other one is saved by then'}.`,
	});
}

/** A killed process would leave no trace of what it has paid for. */
const noMark = (failure: string): Problem =>
	new Problem("n8n's database does not answer, so no job was created", {
		code: 'no_mark',
		description: `The node notes there that it is about to create jobs, so that nothing is paid twice if n8n is killed. ${failure} ${RETRY}`,
	});

function known(run: RunContext, itemIndex: number, job: Job): Job {
	run.noteJob(itemIndex, job.response.id);
	return job;
}

async function create(run: RunContext, itemIndex: number, wanted: Order): Promise<Job> {
	const { client, memory, signal } = run;
	const { body, credits } = await wanted.request();
	if (signal.aborted) throw stoppedBefore();

	// Since all items were reviewed, a job may have turned out to be gone, or another execution may have paid for some.
	const spending = { estimates: [{ estimated_credits: credits }], spent: memory.spent };
	checkSpending(spending, wanted.maxCredits, 'No job was created for it.');
	const superseded = memory.supersededJob(itemIndex, wanted.asked);
	memory.rememberAsked(itemIndex, wanted.asked, credits);
	const outcome = await client.createLipSync(body);
	const isRefused = !outcome.ok && !mayHaveCreated(outcome.failure);
	if (superseded !== undefined && !isRefused) run.noteSuperseded(superseded);
	if (outcome.ok && memory.hasJob(outcome.body.id)) {
		throw jobMayExist(`Magic Hour's answer names job ${outcome.body.id}, which another item has`);
	}
	if (outcome.ok) {
		memory.rememberCreated(itemIndex, outcome.body);
		run.logJob(itemIndex, outcome.body.id);
		return { response: outcome.body, createdAt: Date.now() };
	}
	const { failure, tries } = outcome;
	if (isRefused) memory.forget(itemIndex);
	const id = idInUnreadableAnswer(failure);
	if (signal.aborted && isRefused) throw stoppedBefore();
	if (id === undefined && isRateLimit(failure)) throw heldBackForTooLong(run, failure);
	if (id === undefined) throw requestProblem({ request: 'createLipSync', failure, tries });

	memory.rememberCreated(itemIndex, { id } as LipSyncResponse);
	run.noteJob(itemIndex, id);
	run.logJob(itemIndex, id);
	const { credits_charged } = await client.getProject(id);
	const response = { id, credits_charged };
	memory.rememberCreated(itemIndex, response);
	return { response, createdAt: Date.now() };
}

const stoppedBefore = () => new Problem('Stopped before the job was created', { code: 'stopped' });

/** An answer that broke off may still have the id of the job that was made, and paid for. */
function idInUnreadableAnswer(failure: Failure): string | undefined {
	if (!('body' in failure) || failure.body === undefined) return undefined;
	const found = /"id"\s*:\s*(?:"([A-Za-z0-9_-]{1,200})"|(\d{1,200})\s*[,}])/.exec(failure.body);
	return found?.[1] ?? found?.[2];
}
