import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { known, rounded } from '../../magicHour/media/readMedia';
import { reportEstimates } from '../../magicHour/run/batchHint';
import type { Operation } from '../../magicHour/run/operation';
import { optionsField } from '../optionsField';
import { clipFields, clipOf, maxFpsLimitOption, type Clip } from './clipFields';
import { measure } from './measure';
import { sourceFields, sourcesOf, type Sources } from './sourceFields';

export const option: INodePropertyOptions = {
	name: 'Estimate',
	value: 'estimate',
	action: 'Estimate the price of a lip-synced video',
	description: 'Work out what a video would cost, without creating it',
};

export const fields: INodeProperties[] = [
	...sourceFields,
	...clipFields,
	optionsField([maxFpsLimitOption]),
];

interface EstimatePlan {
	sources: Sources;
	clip: Clip;
}

export const operation: Operation<EstimatePlan> = {
	// What Create would refuse has no price.
	plan: (item) => ({ sources: sourcesOf(item), clip: clipOf(item) }),

	start: async ({ sources, clip }, { looks }) => {
		const { estimate, lengths } = await measure(clip, sources, looks, 'price');
		const [audio, video] = [known(lengths.audio), known(lengths.video)];
		return {
			json: {
				...estimate,
				...(audio && { audio_seconds: rounded(audio.seconds) }),
				...(video && { video_seconds: rounded(video.seconds) }),
				...(video?.fps !== undefined && { video_fps: rounded(video.fps) }),
			},
		};
	},

	report: reportEstimates,
};
