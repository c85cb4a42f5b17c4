import { NodeApiError, NodeOperationError, type INode, type JsonObject } from 'n8n-workflow';

export interface ProblemDetails {
	/** What the person is to do now. */
	description?: string;
	/** The API's error code, or one of ours: `job_may_exist`, `timeout`, `max_credits_exceeded`, `stopped`. */
	code?: string;
	/** HTTP status of the API's answer. */
	httpCode?: number;
	/** The job's id, wherever one is known: it must reach the person whatever happened. */
	id?: string;
	/** The field of the API's request that it is about. */
	field?: string;
}

/** Something that went wrong for one item, in words for the person who runs the workflow. */
export class Problem extends Error {
	readonly description?: string;
	readonly code?: string;
	readonly httpCode?: number;
	readonly id?: string;
	readonly field?: string;

	constructor(message: string, details: ProblemDetails = {}) {
		super(message);
		this.name = 'Problem';
		this.description = details.description;
		this.code = details.code;
		this.httpCode = details.httpCode;
		this.id = details.id;
		this.field = details.field;
	}
}

/** The same problem, with other details. */
export function withDetails(problem: Problem, changes: ProblemDetails): Problem {
	const { description, code, httpCode, id, field } = problem;
	return new Problem(problem.message, { description, code, httpCode, id, field, ...changes });
}

/** Makes a problem of whatever was thrown; foreign errors keep their message and nothing else. */
export function asProblem(error: unknown): Problem {
	if (error instanceof Problem) return error;
	if (error instanceof NodeOperationError || error instanceof NodeApiError) {
		return new Problem(error.message, { description: error.description ?? undefined });
	}
	return new Problem(error instanceof Error ? error.message : String(error));
}

/** Pages that our own advice names; n8n shows links in a description. */
const OUR_LINKS = /https:\/\/magichour\.ai\/[\w/?=&-]+/g;

/**
 * The problem as the error n8n shows. It is built from our own words alone: the error that a request
 * library threw holds the request's headers, and with them the API key, and n8n stores errors.
 */
export function toNodeError(problem: Problem, node: INode, itemIndex: number) {
	const { httpCode, code, id } = problem;
	const description = problem.description?.replace(
		OUR_LINKS,
		'<a href="$&" target="_blank">$&</a>',
	);
	// n8n takes an error with the word “canceled” in it for a stopped execution and runs no error workflow.
	const message = problem.message.replace(/canceled/gi, 'cancelled');
	const error =
		httpCode === undefined
			? new NodeOperationError(node, message, { description, itemIndex })
			: new NodeApiError(node, {} as JsonObject, {
					message,
					description,
					httpCode: String(httpCode),
					itemIndex,
				});
	// n8n puts words of its own in the place of a message that has an error code of Node.js in it. For ECONNRESET
	// they are “You can retry the request immediately”, of a job that may exist and be paid for.
	error.message = message;
	error.messages = [];
	if (id !== undefined || code !== undefined) {
		error.context.data = { ...(id !== undefined && { id }), ...(code !== undefined && { code }) };
	}
	return error;
}
