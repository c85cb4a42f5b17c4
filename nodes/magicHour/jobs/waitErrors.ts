import { RETRY, waitFor } from '../advice';
import type { VideoProject } from '../api/contract';
import type { Failure } from '../api/failures';
import { oneLine } from '../oneLine';
import { Problem } from '../problem';

/** A job that ended without a result; Magic Hour gives its credits back. */
export function endedBadly({ id, status, error, credits_charged }: VideoProject): Problem {
	const refund =
		credits_charged === 0
			? 'Its credits were refunded.'
			: `Credits charged according to Magic Hour: ${Number.isFinite(credits_charged) ? credits_charged : 'unknown'}.`;
	if (status === 'canceled') {
		return new Problem(`The render was cancelled (job ${id})`, {
			id,
			code: 'canceled',
			description: `Somebody cancelled it in the Magic Hour web app. ${refund} ${RETRY}`,
		});
	}
	return new Problem(
		`The render failed: ${oneLine(error?.message) || 'Magic Hour gives no reason'} (job ${id})`,
		{
			id,
			code: oneLine(error?.code) || 'error',
			description: `${refund} Use another video or audio, and run the workflow with this item only. If you have replaced the file at the same address, use Retry in Executions instead.`,
		},
	);
}

/** Its video was deleted while it was waited for. */
export function deleted(id: string): Problem {
	return new Problem(`Job ${id} was deleted`, {
		id,
		code: 'deleted',
		description: 'Its video is gone for good. Another video is another job, and is paid for.',
	});
}

/** The time a person gave the wait is over; the job is not. */
export function timedOut(id: string, minutes: number, status: string, failure?: Failure): Problem {
	const unread = failure === undefined ? '' : ' The last status check failed.';
	return new Problem(
		`Job ${id} is not finished after ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}; its last status is ${status}`,
		{
			id,
			code: 'timeout',
			description: `The job continues at Magic Hour, and you pay for it.${unread} ${waitFor('this ID')} ${RETRY} Raise Timeout (Minutes) before.`,
		},
	);
}

/** The wait of a job was broken off from outside. */
export function stopped(id: string, status: string): Problem {
	return new Problem(`Stopped while waiting for job ${id}; its last status is ${status}`, {
		id,
		code: 'stopped',
		description: `The job continues at Magic Hour, and you pay for it. ${waitFor('this ID')}`,
	});
}
