import type { INodeProperties, NodeHint } from 'n8n-workflow';

import { Problem } from '../magicHour/problem';
import type { WaitPlan } from '../magicHour/run/awaitedOutput';
import type { Parameters } from '../magicHour/run/parameters';

const DEFAULT_TIMEOUT_MINUTES = 60;
const DEFAULT_POLL_INTERVAL_SECONDS = 3;
/** Nobody is helped by more than twenty checks a second. */
const SHORTEST_POLL_INTERVAL_SECONDS = 0.05;

/** The outputs that wait for the video. */
export const AWAITED_OUTPUTS = [
	{
		name: 'Video File',
		value: 'videoFile',
		description: 'Wait some minutes until the video is rendered, and download it',
	},
	{
		name: 'Video URL',
		value: 'videoUrl',
		description:
			'Wait some minutes until the video is rendered, and give its address, which works for 24 hours',
	},
] as const;

const whereTheNodeWaits = {
	show: { '/output': AWAITED_OUTPUTS.map(({ value }) => value) },
};

/** @param outputs those that the operation offers */
export const outputField = (
	outputs: ReadonlyArray<{ name: string; value: string; description: string }>,
): INodeProperties => ({
	displayName: 'Output',
	name: 'output',
	type: 'options',
	options: [...outputs],
	default: 'videoFile',
});

/** Beside the spinner of a run, which comes before there is any output. */
export const stopHint: NodeHint = {
	message:
		'Rendering takes a few minutes. <b>Stop</b> only stops the waiting: videos already started are still rendered and charged. You\'ll find them in your <a href="https://magichour.ai/my-library" target="_blank">Magic Hour library</a>.',
	location: 'outputPane',
	whenToDisplay: 'beforeExecution',
	// Operations without an output do not wait.
	displayCondition: `={{ ${JSON.stringify(AWAITED_OUTPUTS.map(({ value }) => value))}.includes($parameter["output"]) }}`,
};

export const simplifyField: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

export const outputFieldOption: INodeProperties = {
	displayName: 'Output Field',
	name: 'outputField',
	type: 'string',
	default: 'data',
	description: 'Binary field of the output that gets the video',
};

export const awaitedOutputFieldOption: INodeProperties = {
	...outputFieldOption,
	displayOptions: { show: { '/output': ['videoFile'] } },
};

export const pollIntervalOption: INodeProperties = {
	displayName: 'Poll Interval (Seconds)',
	name: 'pollInterval',
	type: 'number',
	typeOptions: { minValue: 0 },
	displayOptions: whereTheNodeWaits,
	default: DEFAULT_POLL_INTERVAL_SECONDS,
	description:
		'Shortest pause between two status checks of a job. The pauses grow with the age of the job, up to 30 seconds.',
};

export const timeoutOption: INodeProperties = {
	displayName: 'Timeout (Minutes)',
	name: 'timeoutMinutes',
	type: 'number',
	typeOptions: { minValue: 0 },
	displayOptions: whereTheNodeWaits,
	default: DEFAULT_TIMEOUT_MINUTES,
	description:
		'How long to wait for a job. After that, the job continues at Magic Hour, and the error names its ID.',
};

/**
 * @param output what was chosen of {@link AWAITED_OUTPUTS}
 * @throws Problem when one of the fields cannot be used
 */
export function waitPlan(
	item: Parameters,
	output: (typeof AWAITED_OUTPUTS)[number]['value'],
): WaitPlan {
	return {
		timeoutMinutes:
			item.optionalNumber('options.timeoutMinutes', 'Timeout (Minutes)', 0) ??
			DEFAULT_TIMEOUT_MINUTES,
		pollInterval: Math.max(
			item.optionalNumber('options.pollInterval', 'Poll Interval (Seconds)', 0) ??
				DEFAULT_POLL_INTERVAL_SECONDS,
			SHORTEST_POLL_INTERVAL_SECONDS,
		),
		simplify: simplifyOf(item),
		downloadTo: output === 'videoFile' ? outputFieldName(item) : undefined,
	};
}

/** @throws Problem when the field is neither true nor false */
export const simplifyOf = (item: Parameters): boolean => item.flag('simplify', 'Simplify');

/**
 * @returns `data` where the option was not added
 * @throws Problem when no field of an object can have that name
 */
export function outputFieldName(item: Parameters): string {
	const name = item.optionalText('options.outputField', 'Output Field') ?? 'data';
	if (name === '__proto__') {
		throw new Problem('Output Field must not be “__proto__”: no field can have that name');
	}
	return name;
}
