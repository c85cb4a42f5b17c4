import { Problem, type ProblemDetails } from './problem';
import { mayHaveCreated, type Failure, type RequestKind } from './requestPolicy';

export const KEY_PAGE = 'https://magichour.ai/developer?tab=api-keys';
const PRICING_PAGE = 'https://magichour.ai/pricing';
export const LIBRARY_PAGE = 'https://magichour.ai/my-library';

/** Parameters of the node by what the API calls them in its sentences: by its field, or in words. */
const PARAMETERS: Array<{ name: string; field: RegExp; words: RegExp }> = [
	{ name: 'Audio', field: /audio_file_path/, words: /\baudio\b/i },
	{ name: 'YouTube URL', field: /youtube_url/, words: /\byoutube\b/i },
	{ name: 'Video', field: /video_file_path|video_source/, words: /\bvideo\b/i },
	{ name: 'Start (Seconds)', field: /start_seconds/, words: /\bstart\b/i },
	{ name: 'End (Seconds)', field: /end_seconds/, words: /\bend\b/i },
	{ name: 'Generation Mode', field: /generation_mode/, words: /\bmode\b/i },
	{ name: 'Max FPS Limit', field: /max_fps_limit/, words: /\bfps\b/i },
	{ name: 'Height', field: /\bheight\b/, words: /\bheight\b/i },
	{ name: 'Width', field: /\bwidth\b/, words: /\bwidth\b/i },
	{ name: 'Name', field: /^name\b/, words: /\bname\b/i },
];

/** The parameter a sentence is about: the first whose field it names, or else the first it names in words. */
function parameterIn(sentence: string): string | undefined {
	for (const kind of ['field', 'words'] as const) {
		const [first] = PARAMETERS.map(({ name, [kind]: pattern }) => ({
			name,
			at: sentence.search(pattern),
		}))
			.filter(({ at }) => at >= 0)
			.sort((one, other) => one.at - other.at);
		if (first !== undefined) return first.name;
	}
	return undefined;
}

/** What is known about the request beyond how it failed. */
export interface RequestStory {
	request: RequestKind;
	failure: Failure;
	/** How often it was tried, the failed try included. */
	tries: number;
	/** The video project it was about. */
	id?: string;
}

/** Says what happened to a request and what the person is to do now. */
export function requestProblem(story: RequestStory): Problem {
	const { request, failure, tries, id } = story;
	const details: ProblemDetails = {
		id,
		httpCode: failure.kind === 'refused' ? failure.status : undefined,
		code: failure.kind === 'unreadable' ? 'unreadable_answer' : failure.code,
	};
	if (request === 'createLipSync' && mayHaveCreated(failure))
		return doubtfulCreation(failure, details);
	if (failure.kind === 'refused') return refusal(failure, story, details);
	const again = tries > 1 ? ` (tried ${tries} times)` : '';
	if (failure.kind === 'unreadable' && request === 'download') {
		return new Problem(`Magic Hour's storage gave a page in the place of the video${again}`, {
			...details,
			description: 'Run the item again, or look for the video in your Magic Hour library.',
		});
	}
	if (failure.kind === 'unreadable') {
		return new Problem(`Magic Hour's answer could not be read${again}`, {
			...details,
			description: `The answer to ${PURPOSE[request]} was not the JSON that the API promises. Check that the Base URL of the credential is the API's, and try again.`,
		});
	}
	const created = request === 'createLipSync' ? ' No job was created.' : '';
	return new Problem(`Could not ${PURPOSE[request]}: ${connectionSentence(failure)}${again}`, {
		...details,
		description: `Check the network of this n8n server and the Base URL of the credential, and run the item again.${created}`,
	});
}

const PURPOSE: Record<RequestKind, string> = {
	createLipSync: 'create the job at Magic Hour',
	uploadUrls: 'ask Magic Hour for an upload address',
	upload: "upload the file to Magic Hour's storage",
	getProject: 'read the video project from Magic Hour',
	deleteProject: 'delete the video at Magic Hour',
	getAccount: 'read the account from Magic Hour',
	download: "download the video from Magic Hour's storage",
};

function connectionSentence(failure: { kind: 'notSent' | 'lost'; code: string }): string {
	if (failure.kind === 'notSent') return `no connection could be opened (${failure.code})`;
	if (failure.code === 'ECONNABORTED' || failure.code === 'ETIMEDOUT') {
		return `no answer came in time (${failure.code})`;
	}
	return `the connection broke before the answer was complete (${failure.code})`;
}

function doubtfulCreation(failure: Failure, details: ProblemDetails): Problem {
	const what =
		failure.kind === 'refused'
			? `Magic Hour failed with status ${failure.status}`
			: failure.kind === 'unreadable'
				? "Magic Hour's answer could not be read"
				: connectionSentence(failure as { kind: 'lost'; code: string });
	return jobMayExist(`${what} after the request was sent`, details);
}

/** A creation whose outcome is unknown. */
export function jobMayExist(what: string, details: ProblemDetails = {}): Problem {
	return new Problem(`The job may exist: ${what}`, {
		...details,
		code: 'job_may_exist',
		description: `Look in your library (${LIBRARY_PAGE}) before you run this item again, or you may pay for it twice. Retry On Fail does not send it again; retrying the execution from the executions list does.`,
	});
}

function refusal(
	failure: Extract<Failure, { kind: 'refused' }>,
	{ request, tries, id }: RequestStory,
	details: ProblemDetails,
): Problem {
	const { status, message, code } = failure;
	const says = message === '' ? '' : `: ${message}`;
	const again = tries > 1 ? ` (tried ${tries} times)` : '';

	if (request === 'upload' || request === 'download') {
		return new Problem(`Could not ${PURPOSE[request]}: status ${status}${again}`, {
			...details,
			description: 'Run the item again: it gets a fresh address.',
		});
	}
	if (status >= 300 && status < 400) {
		return new Problem(`The Base URL of the credential leads elsewhere (status ${status})`, {
			...details,
			description: `The API key is sent to the Base URL only, so the redirect${failure.location === undefined ? '' : ` to ${originOf(failure.location)}`} was not followed. Set the Base URL to the final address.`,
		});
	}
	switch (status) {
		case 400:
		case 422: {
			const parameter = parameterIn(message);
			return new Problem(`Magic Hour refused the request${says}`, {
				...details,
				description:
					parameter === undefined
						? 'Check the parameters of this item.'
						: `Check the parameter ${parameter} of this item.`,
			});
		}
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
							'The ID may be misspelt, belong to another account, or the video was deleted.',
					});
		case 429:
			return new Problem(`Magic Hour gets too many requests from you${again}${says}`, {
				...details,
				description:
					failure.retryAfterSeconds === undefined
						? 'Lower Parallel Requests in the options, or run fewer items at a time.'
						: `It asks to wait ${Math.ceil(failure.retryAfterSeconds)} seconds. Lower Parallel Requests in the options, or run fewer items at a time.`,
			});
	}
	const nothing = request === 'createLipSync' ? ' No job was created.' : '';
	return new Problem(`Magic Hour answered with status ${status}${again}${says}`, {
		...details,
		description:
			status >= 500
				? `The service has a problem of its own. Run the item again later.${nothing}`
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
							`Buy credits: ${PRICING_PAGE}. A shorter clip, a lower Max FPS Limit or Lite instead of Pro costs less.`,
						]
					: [
							'Magic Hour asks for a payment',
							`Check credits and plan of your account: ${PRICING_PAGE}`,
						];
	return new Problem(`${what}${says}`, { ...details, description: now });
}

/** Without path and query: an address in an error must not carry a signature. */
function originOf(address: string): string {
	try {
		return new URL(address).origin;
	} catch {
		return 'another address';
	}
}
