import type { INodeProperties } from 'n8n-workflow';

import type { GenerationMode } from '../../magicHour/api/contract';
import type { Parameters } from '../../magicHour/run/parameters';
import { Problem } from '../../magicHour/problem';

const CLIP_ENDS = [
	{
		name: 'When the Audio Ends',
		value: 'audio',
		description:
			'The clip is as long as the audio. If the video is known to end more than half a second earlier, nothing is created.',
	},
	{
		name: 'When the Shorter One Ends',
		value: 'shorter',
		description: 'The clip is as long as the audio, but ends with the video at the latest',
	},
	{
		name: 'When the Video Ends',
		value: 'video',
		description: 'The whole video, whatever the length of the audio',
	},
	{
		name: 'At a Given Second',
		value: 'seconds',
		description: 'Enter the second of the video at which the clip ends',
	},
] as const;

const GENERATION_MODES = [
	{
		name: 'Lite',
		value: 'lite',
		description: '1 credit per frame. Fast, for simple videos. Works on every plan.',
	},
	{
		name: 'Standard',
		value: 'standard',
		description:
			'1 credit per frame. Natural and accurate. Works on every plan. The mouth must move in the opening seconds of the video.',
	},
	{
		name: 'Pro',
		value: 'pro',
		description:
			'2 credits per frame. Most detail. Paid plans only. The mouth must move in the opening seconds of the video.',
	},
] as const satisfies ReadonlyArray<{ name: string; value: GenerationMode; description: string }>;

/** Which part of the video, in which quality: what a job costs depends on these alone. */
export const clipFields: INodeProperties[] = [
	{
		displayName: 'Clip Ends',
		name: 'clipEnd',
		type: 'options',
		options: [...CLIP_ENDS],
		default: 'audio',
		hint: 'About 30 credits per second of the clip; in Pro mode about 60',
	},
	{
		displayName: 'Start (Seconds)',
		name: 'startSeconds',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 0,
		description: 'Where the clip begins in the video',
	},
	{
		displayName: 'End (Seconds)',
		name: 'endSeconds',
		type: 'number',
		typeOptions: { minValue: 0.1 },
		displayOptions: { show: { clipEnd: ['seconds'] } },
		default: 15,
		description: 'Where the clip ends in the video',
	},
	{
		displayName: 'Generation Mode',
		name: 'generationMode',
		type: 'options',
		options: [...GENERATION_MODES],
		default: 'lite',
		description:
			'Quality and price. On the free plan, the result is at most 576 pixels wide or high.',
	},
];

export const maxFpsLimitOption: INodeProperties = {
	displayName: 'Max FPS Limit',
	name: 'maxFpsLimit',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 30,
	description:
		'Most frames per second of the result. A video with fewer keeps its own. A lower limit costs fewer credits.',
};

/** A clip as it is asked for: its end may not be known before the files were looked at. */
export interface Clip {
	startSeconds: number;
	end: { at: 'audio' | 'shorter' | 'video' } | { at: 'seconds'; second: number };
	generationMode: GenerationMode;
	maxFpsLimit?: number;
}

/** @throws Problem when the clip cannot be used, such as one that ends before it starts */
export function clipOf(item: Parameters): Clip {
	const at = item.choice('clipEnd', 'Clip Ends', CLIP_ENDS);
	const startSeconds = item.number('startSeconds', 'Start (Seconds)', 0);
	return {
		startSeconds,
		end: at === 'seconds' ? { at, second: endSecond(item, startSeconds) } : { at },
		generationMode: item.choice('generationMode', 'Generation Mode', GENERATION_MODES),
		maxFpsLimit: item.optionalNumber('options.maxFpsLimit', 'Max FPS Limit', 1),
	};
}

function endSecond(item: Parameters, startSeconds: number): number {
	const second = item.number('endSeconds', 'End (Seconds)', 0.1);
	if (second > startSeconds) return second;
	throw new Problem(
		`End (Seconds) is ${second}, but must be later than Start (Seconds), which is ${startSeconds}`,
		{ description: 'Both are seconds of the input video.' },
	);
}
