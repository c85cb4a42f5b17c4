import type { INodeProperties } from 'n8n-workflow';

import { GENERATION_MODES, type GenerationMode } from '../../magicHour/api.types';
import { estimateCost, type CostEstimate } from '../../magicHour/estimate';
import type { Parameters } from '../../magicHour/parameters';
import { Problem } from '../../magicHour/problem';

/** Which part of the video, in which quality: what a job costs depends on these alone. */
export const clipFields: INodeProperties[] = [
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
		default: 15,
		description:
			'Where the clip ends in the video. You pay for every frame between start and end: 15 seconds at 30 frames per second are 450 frames.',
	},
	{
		displayName: 'Generation Mode',
		name: 'generationMode',
		type: 'options',
		options: [
			{
				name: 'Lite',
				value: 'lite',
				description: 'Fast, for simple videos. 1 credit per frame. Works on every plan.',
			},
			{
				name: 'Standard',
				value: 'standard',
				description: 'Natural and accurate. 1 credit per frame. Needs the Creator plan or higher.',
			},
			{
				name: 'Pro',
				value: 'pro',
				description: 'Most detail. 2 credits per frame. Needs the Creator plan or higher.',
			},
		],
		default: 'lite',
		description:
			'Quality and price. On the free plan only Lite is available, and the video is at most 576 pixels wide or high.',
	},
];

export const maxFpsLimitField: INodeProperties = {
	displayName: 'Max FPS Limit',
	name: 'maxFpsLimit',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 30,
	description:
		'Frames per second of the output video at most. A video with fewer keeps its own. A lower limit costs fewer credits.',
};

export interface Clip {
	startSeconds: number;
	endSeconds: number;
	generationMode: GenerationMode;
	maxFpsLimit?: number;
	estimate: CostEstimate;
}

/** @throws Problem when the clip cannot be meant, such as an end before its start */
export function clipOf(item: Parameters): Clip {
	const startSeconds = item.number('startSeconds', 'Start (Seconds)', 0);
	const endSeconds = item.number('endSeconds', 'End (Seconds)', 0.1);
	if (endSeconds <= startSeconds) {
		throw new Problem(
			`End (Seconds) has to be greater than Start (Seconds), and ${endSeconds} is not greater than ${startSeconds}`,
			{ description: 'Correct the clip: both are seconds of the input video.' },
		);
	}
	const cost = {
		startSeconds,
		endSeconds,
		generationMode: item.choice('generationMode', 'Generation Mode', GENERATION_MODES),
		maxFpsLimit: item.optionalNumber('additionalFields.maxFpsLimit', 'Max FPS Limit', 1),
	};
	return { ...cost, estimate: estimateCost(cost) };
}
