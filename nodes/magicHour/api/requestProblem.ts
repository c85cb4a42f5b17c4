import { RETRY } from '../advice';
import { Problem, withDetails, type ProblemDetails } from '../problem';
import { inUnits, SIZE_LIMITS } from './sizeLimits';
import { mayHaveCreated, type Failure } from './failures';
import type { RequestField } from './contract';
import type { RequestKind } from './requestPolicy';

export const KEY_PAGE = 'https://magichour.ai/developer?tab=api-keys';
const PRICING_PAGE = 'https://magichour.ai/pricing';
export const LIBRARY_PAGE = 'https://magichour.ai/my-library';

/** Fields of a creation, and the words the API has for them in its sentences. */
const FIELD_WORDS: Array<{ field: RequestField; words: RegExp }> = [
	{ field: 'audio_file_path', words: /\baudio\b/i },
	{ field: 'youtube_url', words: /\byoutube\b/i },
	{ field: 'video_file_path', words: /\bvideo\b/i },
	{ field: 'video_source', words: /\bvideo source\b/i },
	{ field: 'start_seconds', words: /\bstart\b/i },
	{ field: 'end_seconds', words: /\bend\b/i },
	{ field: 'generation_mode', words: /\bmode\b/i },
	{ field: 'max_fps_limit', words: /\bfps\b/i },
	{ field: 'height', words: /\bheight\b/i },
	{ field: 'width', words: /\bwidth\b/i },
	{ field: 'name', words: /\bname\b/i },
];

/** A field that is a word of English counts as the contract's name only where the sentence starts with it. */
const asNamed = (field: RequestField) =>
	field.includes('_') ? new RegExp(`\\b${field}\\b`) : new RegExp(`^${field}\\b`);

/** The field a sentence is about: the first it names as the contract does, or else the first it names in words. */
function fieldIn(sentence: string): RequestField | undefined {
	const named = FIELD_WORDS.map(({ field, words }) => ({
		field,
		asField: sentence.search(asNamed(field)),
		inWords: sentence.search(words),
	}));
	for (const by of ['asField', 'inWords'] as const) {
		const [first] = named
			.filter(({ [by]: at }) => at >= 0)
			.sort((one, other) => one[by] - other[by]);
		if (first !== undefined) return first.field;
	}
	return undefined;
}

/** What is known about the request beyond how it failed. */
export interface FailedRequest {
	request: RequestKind;
	failure: Failure;
	/** How often it was tried, the failed try included. */
	tries: number;
	/** The video project it was about. */
	id?: string;
}

/** Says what happened to a request and what the person is to do now. */
export function requestProblem(failed: FailedRequest): Problem {
	const { request, failure, tries, id } = failed;
	const details: ProblemDetails = {
		id,
		httpCode: failure.kind === 'refused' ? failure.status : undefined,
		code: 'code' in failure ? failure.code : 'unreadable_answer',
	};
	if (request === 'createLipSync' && mayHaveCreated(failure))
		return doubtfulCreation(failure, details);
	if (failure.kind === 'refused') return refusal(failure, failed, details);
	const again = tries > 1 ? ` (tried ${tries} times)` : '';
	if (failure.kind === 'tooLarge') return tooLarge(request, details);
	if (failure.kind === 'unreadable' && request === 'download') {
		return new Problem(`Magic Hour's storage answered with a page instead of the video${again}`, {
			...details,
			description: `The video is in your Magic Hour library: ${LIBRARY_PAGE} ${RETRY}`,
		});
	}
	if (failure.kind === 'unreadable') {
		return new Problem(`Magic Hour's answer could not be read${again}`, {
			...details,
			description: `The answer to ${PURPOSE[request]} was not the JSON that the API promises. Check that the Base URL of the credential is the address of the API. ${RETRY}`,
		});
	}
	const created = request === 'createLipSync' ? ' No job was created.' : '';
	return new Problem(`Could not ${PURPOSE[request]}: ${connectionSentence(failure)}${again}`, {
		...details,
		description: `Check the network of this n8n server and the Base URL of the credential.${created} ${RETRY}`,
	});
}

const PURPOSE: Record<RequestKind, string> = {
	readMedia: 'read the file',
	createLipSync: 'create the job at Magic Hour',
	uploadUrls: 'ask Magic Hour for an upload address',
	upload: "upload the file to Magic Hour's storage",
	getProject: 'read the video project from Magic Hour',
	deleteProject: 'delete the video at Magic Hour',
	getAccount: 'read the account from Magic Hour',
	download: "download the video from Magic Hour's storage",
};

/** The connection did not last to the end of an answer. */
type ConnectionFailure = Extract<Failure, { kind: 'notSent' | 'lost' }>;

const connectionSentence = (failure: ConnectionFailure): string =>
	failure.kind === 'notSent'
		? `no connection could be opened (${failure.code})`
		: `${lostSentence(failure)} (${failure.code})`;

const lostSentence = ({ code }: ConnectionFailure): string =>
	code === 'ECONNABORTED' || code === 'ETIMEDOUT'
		? 'no answer came in time'
		: 'the connection broke before the answer was complete';

function tooLarge(request: RequestKind, details: ProblemDetails): Problem {
	return request === 'download'
		? new Problem(`The video at Magic Hour's storage is larger than ${inUnits(SIZE_LIMITS.file)}`, {
				...details,
				description: 'No lip sync is that large. Look at the video in your Magic Hour library.',
			})
		: new Problem(`Magic Hour's answer is larger than ${inUnits(SIZE_LIMITS.answer)}`, {
				...details,
				description: `No answer of the API is that large. Check that the Base URL of the credential is the API's, and what is between it and this n8n server.`,
			});
}

function doubtfulCreation(failure: Failure, details: ProblemDetails): Problem {
	const what =
		failure.kind === 'refused'
			? `Magic Hour failed with status ${failure.status}`
			: failure.kind === 'unreadable'
				? "Magic Hour's answer could not be read"
				: failure.kind === 'tooLarge'
					? `Magic Hour's answer is larger than ${inUnits(SIZE_LIMITS.answer)}`
					: lostSentence(failure as ConnectionFailure);
	const problem = jobMayExist(`${what} after the request was sent`, details);
	if (failure.kind !== 'lost') return problem;
	// Not in the message: where n8n hands such a code on to a caller or an agent, its own words are "You can retry the request".
	return withDetails(problem, {
		description: `${problem.description} The connection failed with ${failure.code}.`,
	});
}

/** A creation whose outcome is unknown. */
export function jobMayExist(what: string, details: ProblemDetails = {}): Problem {
	return new Problem(`The job may exist: ${what}`, {
		...details,
		code: 'job_may_exist',
		description: `Look in your library first: ${LIBRARY_PAGE} If the job is there, use Wait (Video Project) with its ID. If not, send it again. ${RETRY} Retry On Fail does not send it.`,
	});
}

function refusal(
	failure: Extract<Failure, { kind: 'refused' }>,
	{ request, tries, id }: FailedRequest,
	details: ProblemDetails,
): Problem {
	const { status, message, code } = failure;
	const says = message === '' ? '' : `: ${message}`;
	const again = tries > 1 ? ` (tried ${tries} times)` : '';

	if (request === 'upload' || request === 'download') {
		return new Problem(`Could not ${PURPOSE[request]}: status ${status}${again}`, {
			...details,
			description: `Another try gets a fresh address. ${RETRY}`,
		});
	}
	if (status >= 300 && status < 400) {
		return new Problem(`The Base URL of the credential leads elsewhere (status ${status})`, {
			...details,
			description: `The API key is sent to the Base URL only, so the redirect${failure.location === undefined ? '' : ` to ${failure.location}`} was not followed. Set the Base URL to the final address.`,
		});
	}
	switch (status) {
		case 400:
		case 422:
			return new Problem(`Magic Hour refused the request${says}`, {
				...details,
				field: fieldIn(message),
				description: 'Check the parameters of this item.',
			});
		case 401:
			return new Problem('Magic Hour does not accept the API key', {
				...details,
				description: `Check the key in the credential, or make a new one: ${KEY_PAGE}`,
			});
		case 402:
			return payment(code, message, details);
		case 403:
			return new Problem(`Your Magic Hour plan does not allow this${says}`, {
				...details,
				description: `The plan does not include this mode or resolution. Choose Lite, or upgrade: ${PRICING_PAGE}`,
			});
		case 404:
			return id === undefined
				? new Problem(`Magic Hour does not know this address${says}`, {
						...details,
						description: 'Check that the Base URL of the credential is the address of the API.',
					})
				: new Problem(`There is no video project ${id} for this API key`, {
						...details,
						description:
							'The ID may be misspelled, belong to another account, or the video was deleted.',
					});
		case 429:
			return new Problem(`Magic Hour limits the rate of requests${says}`, {
				...details,
				description: `${
					failure.retryAfterSeconds
						? `It asks to wait ${Math.ceil(failure.retryAfterSeconds)} seconds. `
						: ''
				}Run the item again later.`,
			});
	}
	const nothing = request === 'createLipSync' ? ' No job was created.' : '';
	return new Problem(`Magic Hour answered with status ${status}${again}${says}`, {
		...details,
		description:
			status >= 500
				? `The service has a problem of its own. Wait some minutes.${nothing} ${RETRY}`
				: `Check the parameters of this item.${nothing}`,
	});
}

function payment(code: string | undefined, message: string, details: ProblemDetails): Problem {
	const says = message === '' ? '' : `: ${message}`;
	const [what, now] =
		code === 'subscription_required'
			? ['This needs a Magic Hour subscription', `Subscribe: ${PRICING_PAGE}`]
			: code === 'plan_upgrade_required'
				? [
						'This needs a higher Magic Hour plan',
						`Choose Lite as the mode, or upgrade: ${PRICING_PAGE}`,
					]
				: code === 'insufficient_credits'
					? [
							'Your Magic Hour account has too few credits',
							`Buy credits: ${PRICING_PAGE}. A shorter clip, fewer frames per second or Lite instead of Pro cost less.`,
						]
					: [
							'Magic Hour asks for a payment',
							`Check credits and plan of your account: ${PRICING_PAGE}`,
						];
	return new Problem(`${what}${says}`, { ...details, description: now });
}
