import type { IDataObject } from 'n8n-workflow';

import type { VideoProject } from './api.types';

/** The kind of video project this pack creates (`type` of a project). */
export const LIP_SYNC_PROJECT = 'LIP_SYNC';

/** Whether a job ended without a result; Magic Hour gives its credits back. */
export const hasEndedBadly = ({ status }: VideoProject): boolean =>
	status === 'error' || status === 'canceled';

/**
 * The API's own JSON as node output, untouched but for one thing: an `error` that is `null` is left out.
 * With Retry On Fail on, n8n 1.x takes any `error` key in the first output item, `null` included, for a
 * failure and runs the node again (n8n issue 12096).
 */
export function projectOutput(project: VideoProject): IDataObject {
	const { error, ...rest } = project;
	return (error === null ? rest : { ...rest, error }) as unknown as IDataObject;
}
