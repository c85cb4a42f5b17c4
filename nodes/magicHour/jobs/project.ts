import type { IDataObject } from 'n8n-workflow';

import type { VideoProject } from '../api/contract';

/** The kind of video project this pack creates (`type` of a project). */
export const LIP_SYNC_PROJECT = 'LIP_SYNC';

/** Whether a job ended without a result; Magic Hour gives its credits back. */
export const hasEndedBadly = ({ status }: VideoProject): boolean =>
	status === 'error' || status === 'canceled';

/**
 * A project as node output: short, or the API's own JSON. Neither has an `error` that is `null`: with Retry On
 * Fail on, n8n 1.x takes any `error` key in the first output item for a failure and runs the node again
 * (n8n issue 12096).
 */
export function projectOutput(
	project: VideoProject,
	{ simplify }: { simplify: boolean } = { simplify: false },
): IDataObject {
	if (simplify) return simplified(project);
	const { error, ...rest } = project;
	return (error === null ? rest : { ...rest, error }) as unknown as IDataObject;
}

/** What people use of a project, with its first download on the same level. */
function simplified(project: VideoProject): IDataObject {
	const { id, name, status, credits_charged, downloads, error } = project;
	const download = Array.isArray(downloads) ? downloads[0] : undefined;
	return {
		id,
		name,
		status,
		credits_charged,
		...(download && { video_url: download.url, expires_at: download.expires_at }),
		...(error && { error: error.message, code: error.code }),
	};
}
