/** The next click after a failure that another try may mend. Only Retry keeps the jobs that exist. */
export const RETRY =
	'To try again, open Executions, select this one and choose Retry: items that have a job keep it, unless you edit what they ask for. Execute workflow and Execute step would pay for all items again.';

/** For what a person has to decide: the answer is a retry of the execution that asks. */
export const RETRY_ONCE_MORE = 'choose Retry once more';

/** {@link RETRY} in a workflow that another one has called. */
export const retryCalled = (execution: string): string =>
	`To try again, open Executions, select ${execution} of the sub-workflow and choose Retry: items that have a job keep it, unless you edit what they ask for. Then retry the workflow that called it, which gets these jobs.`;

/** {@link RETRY_ONCE_MORE} there. */
export const retryCalledOnceMore = (execution: string): string =>
	`retry ${execution} of the sub-workflow`;

/** The same where the node is set to continue: such an execution ends well, and n8n offers no Retry for it. */
export const RUN_FAILED_ITEMS =
	'To try again, run the workflow with the failed items only. The others would be paid again.';

/** The next click for a job that exists and is not waited for any more. */
export const waitFor = (jobs: 'this ID' | 'these IDs') =>
	`To get ${jobs === 'this ID' ? 'the video' : 'the videos'}, use Wait (Video Project) with ${jobs}.`;
