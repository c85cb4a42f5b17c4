import type { INode, INodeExecutionData } from 'n8n-workflow';

import {
	RETRY,
	RETRY_ONCE_MORE,
	retryCalled,
	retryCalledOnceMore,
	RUN_FAILED_ITEMS,
	waitFor,
} from '../advice';
import { LIBRARY_PAGE } from '../api/requestProblem';
import { Problem, toNodeError, withDetails } from '../problem';

/** What a batch that did not end well leaves behind at Magic Hour. */
interface JobsLeft {
	/** Ids of jobs that are still rendering. */
	underWay: readonly string[];
	/** Ids of jobs that had ended. */
	finished: readonly string[];
	/** Indexes of items that asked for a job and do not know whether it was made. */
	doubtful: readonly number[];
}

/** Ids or indexes that an error names; all of ten thousand would be longer than anybody reads. */
const MOST_NAMED = 10;

function listed(entries: ReadonlyArray<string | number>): string {
	const named = entries.slice(0, MOST_NAMED).join(', ');
	const others = entries.length - MOST_NAMED;
	return others > 0 ? `${named} and ${others} more` : named;
}

/** Ids of jobs, as an error names them. */
export const listedJobs = (ids: readonly string[]): string =>
	ids.length > MOST_NAMED ? `${listed(ids)} (n8n's log has a line for each)` : listed(ids);

/** For an execution that was stopped from outside. */
export function stopped({ underWay, finished, doubtful }: JobsLeft): Problem {
	const message = ['The execution was stopped'];
	const description = [];
	if (underWay.length > 0) {
		message.push(`while jobs were under way: ${listedJobs(underWay)}`);
		description.push(`They continue at Magic Hour, and you pay for them. ${waitFor('these IDs')}`);
	}
	if (finished.length > 0) description.push(`Finished before: ${listedJobs(finished)}.`);
	description.push(...doubtNote(doubtful));
	return new Problem(message.join(' '), { description: description.join(' ') || undefined });
}

/**
 * The problem that stops a workflow. No job id, and no doubt whether a job exists, may be lost because another
 * item failed.
 * @param others ids of all jobs of the batch, of those that they have replaced, the indexes of the other items in doubt,
 *   and whether there are jobs that another try must keep
 */
export function withOtherJobs(
	problem: Problem,
	others: {
		jobs: readonly string[];
		superseded: readonly string[];
		doubtful: readonly number[];
		hasMadeJobs: boolean;
	},
): Problem {
	const { description, id, message } = problem;
	const jobs = others.jobs.filter((other) => other !== id && description?.includes(other) !== true);
	const notes = description === undefined ? [] : [description];
	if (id !== undefined && !message.includes(id)) {
		notes.push(`The job of this item: ${id}.`);
	}
	if (jobs.length > 0) {
		notes.push(`Jobs of the other items: ${listedJobs(jobs)}.`);
	}
	if (others.superseded.length > 0) notes.push(supersededNote(others.superseded));
	const mustRetry = others.hasMadeJobs || others.doubtful.length > 0;
	if (mustRetry && !notes.some((note) => note.includes(RETRY))) notes.push(RETRY);
	notes.push(...doubtNote(others.doubtful));
	return withDetails(problem, { description: notes.join(' ') || undefined });
}

/**
 * Whose Retry keeps the jobs, in a workflow that another one has called.
 * @param id of the execution that fails
 */
export function inCalledWorkflow(problem: Problem, id: string | undefined): Problem {
	const execution = id === undefined ? 'this execution' : `execution ${id}`;
	const description = problem.description
		?.replace(RETRY, retryCalled(execution))
		.replace(RETRY_ONCE_MORE, retryCalledOnceMore(execution));
	return withDetails(problem, { description });
}

/**
 * What an agent has to hear of a creation in doubt. It hears no more than the message; and n8n's Agent 2.2 hears
 * nothing at all of an error, and calls again.
 */
export const forAgent = (problem: Problem): Problem =>
	new Problem(
		`${problem.message}. Do not call this tool again for this video, because it may be paid for twice. Ask the person to look in the library first: ${LIBRARY_PAGE}`,
		problem,
	);

/** Advice on a field of the request names the parameter that fills it. */
export function withLabel(
	problem: Problem,
	labels: Readonly<Record<string, string>> | undefined,
): Problem {
	const label = problem.field === undefined ? undefined : labels?.[problem.field];
	if (label === undefined) return problem;
	return withDetails(problem, { description: `Check the parameter ${label} of this item.` });
}

/** The output of an item that failed, in a node that is set to continue. */
export function failedItem(problem: Problem, node: INode, index: number): INodeExecutionData {
	const { message, code, httpCode, id } = problem;
	const description = problem.description?.replace(RETRY, RUN_FAILED_ITEMS);
	const item: INodeExecutionData = {
		json: {
			error: message,
			...(description !== undefined && { description }),
			...(code !== undefined && { code }),
			...(httpCode !== undefined && { httpCode }),
			...(id !== undefined && { id }),
		},
		pairedItem: { item: index },
	};
	if (node.onError === 'continueErrorOutput') {
		// n8n routes an item with `error` to the error output, and afterwards replaces the `json` of every item
		// that still has one by its message alone. Not being enumerable, this one does not survive the copy
		// that routing makes, and so the job's id stays in the output.
		Object.defineProperty(item, 'error', {
			value: toNodeError(problem, node, index),
			enumerable: false,
		});
	}
	return item;
}

/** For jobs that were replaced, because their items ask for something else than at an earlier try. */
export function supersededNote(ids: readonly string[]): string {
	const items = ids.length === 1 ? 'An item' : `${ids.length} items`;
	return `${items} got a new job, which is paid for too, because the request is not that of an earlier try. The jobs before: ${listedJobs(ids)}. To get their videos, use Wait (Video Project).`;
}

/** What a person has to be told of creations that were not answered. */
function doubtNote(items: readonly number[]): string[] {
	if (items.length === 0) return [];
	const which = items.length === 1 ? `item ${items[0]}` : `the items ${listed(items)}`;
	return [
		`A job may exist for ${which} too (counted from 0): the creation was sent and not answered. Look in your library before you retry, or you may pay for it twice: ${LIBRARY_PAGE}`,
	];
}
