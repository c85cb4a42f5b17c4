import type { INodeProperties } from 'n8n-workflow';

import { downloadResults } from '../magicHour/downloads';
import type { ItemOutput } from '../magicHour/operation';
import type { Parameters } from '../magicHour/parameters';
import { Problem } from '../magicHour/problem';
import { projectOutput } from '../magicHour/project';
import type { Run } from '../magicHour/run';
import { waitUntilComplete, type WaitOptions } from '../magicHour/wait';

const DEFAULT_TIMEOUT_MINUTES = 60;
const DEFAULT_POLL_INTERVAL_SECONDS = 3;

export const downloadField: INodeProperties = {
	displayName: 'Download Result',
	name: 'downloadOutput',
	type: 'boolean',
	default: false,
	description: 'Whether to load the finished video into a binary field of the output',
};

/** Also for operations that always download. */
export const outputField: INodeProperties = {
	displayName: 'Put Output File in Field',
	name: 'outputBinaryPropertyName',
	type: 'string',
	required: true,
	default: 'data',
	hint: 'The name of the output binary field to put the video in',
};

export const timeoutOption: INodeProperties = {
	displayName: 'Timeout (Minutes)',
	name: 'timeoutMinutes',
	type: 'number',
	typeOptions: { minValue: 0 },
	default: DEFAULT_TIMEOUT_MINUTES,
	description:
		'How long to wait for a job. A job that is not finished by then goes on at Magic Hour; the error names its ID.',
};

export const pollIntervalOption: INodeProperties = {
	displayName: 'Poll Interval (Seconds)',
	name: 'pollInterval',
	type: 'number',
	typeOptions: { minValue: 0 },
	default: DEFAULT_POLL_INTERVAL_SECONDS,
	description:
		'Shortest pause between two status checks of a job. The pauses grow with the age of the job, up to 30 seconds.',
};

/** What a wait needs to know of an item. */
export interface WaitPlan {
	timeoutMinutes: number;
	pollInterval: number;
	/** Undefined where the result is not to be downloaded. */
	downloadTo?: string;
}

/** @throws Problem when one of the fields cannot be used */
export function waitPlan(item: Parameters): WaitPlan {
	return {
		timeoutMinutes:
			item.optionalNumber('options.timeoutMinutes', 'Timeout (Minutes)', 0) ??
			DEFAULT_TIMEOUT_MINUTES,
		pollInterval: Math.max(
			item.optionalNumber('options.pollInterval', 'Poll Interval (Seconds)', 0) ??
				DEFAULT_POLL_INTERVAL_SECONDS,
			SHORTEST_POLL_INTERVAL_SECONDS,
		),
		downloadTo: item.flag('downloadOutput', 'Download Result') ? outputFieldName(item) : undefined,
	};
}

/** Seconds; nobody is helped by more than twenty checks a second. */
const SHORTEST_POLL_INTERVAL_SECONDS = 0.05;

/** @throws Problem when the field is empty, or no field of an object can have that name */
export function outputFieldName(item: Parameters): string {
	const name = item.text('outputBinaryPropertyName', 'Put Output File in Field');
	if (name === '__proto__') {
		throw new Problem(
			'Put Output File in Field cannot be “__proto__”: no field can have that name',
		);
	}
	return name;
}

/**
 * Waits for a job and gives the finished project, with its results where they are wanted.
 * @param known when the job was made, and who wants to hear of its statuses
 * @throws Problem with the job's id
 */
export async function awaitedOutput(
	id: string,
	plan: WaitPlan,
	run: Run,
	known: Pick<WaitOptions, 'createdAt' | 'onStatus'> = {},
): Promise<ItemOutput> {
	const { ctx, client, checks, downloads, pace, progress, signal } = run;
	const onStatus: WaitOptions['onStatus'] = (project) => {
		progress.update(project);
		known.onStatus?.(project);
	};
	const options = { ...plan, createdAt: known.createdAt, onStatus };
	const project = await waitUntilComplete(client, id, options, pace, checks, signal);
	const json = projectOutput(project);
	const { downloadTo } = plan;
	if (downloadTo === undefined) return { json };
	const binary = await downloads(async () =>
		downloadResults(ctx, client, project, downloadTo, signal),
	);
	return { json, binary };
}
