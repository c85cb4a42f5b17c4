import type { IDataObject, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { createOnce, type Job } from '../../magicHour/createOnce';
import type { Operation } from '../../magicHour/operation';
import type { Parameters } from '../../magicHour/parameters';
import { hasEndedBadly } from '../../magicHour/project';
import { reportJobs } from '../../magicHour/report';
import { checkSpending } from '../../magicHour/spending';
import {
	awaitedOutput,
	downloadField,
	outputField,
	pollIntervalOption,
	timeoutOption,
	waitPlan,
	type WaitPlan,
} from '../waitFields';
import { clipFields, maxFpsLimitField } from './clipFields';
import { fingerprintOf, requestPlan, uploadedRequest, type RequestPlan } from './request';
import { sourceFields } from './sourceFields';

export const option: INodePropertyOptions = {
	name: 'Create',
	value: 'create',
	action: 'Create a lip sync',
	description: 'Make the mouth in a video follow an audio track; costs credits',
};

const WITHOUT_EFFECT =
	'Deprecated by Magic Hour and without effect: the output has the size of the input video, up to what your plan allows';

export const fields: INodeProperties[] = [
	...sourceFields,
	...clipFields,
	{
		displayName: 'Wait for Completion',
		name: 'waitForCompletion',
		type: 'boolean',
		default: false,
		description:
			'Whether to wait until the video is rendered, which takes minutes. Otherwise the node returns the ID of the job at once.',
	},
	{ ...downloadField, displayOptions: { show: { waitForCompletion: [true] } } },
	{
		...outputField,
		displayOptions: { show: { waitForCompletion: [true], downloadOutput: [true] } },
	},
	{
		displayName: 'Additional Fields',
		name: 'additionalFields',
		type: 'collection',
		placeholder: 'Add Field',
		default: {},
		options: [
			{
				displayName: 'Height (Deprecated)',
				name: 'height',
				type: 'number',
				typeOptions: { minValue: 0, numberPrecision: 0 },
				default: 0,
				description: WITHOUT_EFFECT,
			},
			maxFpsLimitField,
			{
				displayName: 'Name',
				name: 'name',
				type: 'string',
				default: '',
				placeholder: 'e.g. Welcome video, Spanish',
				description: 'Name of the video in your Magic Hour library, to recognise it by',
			},
			{
				displayName: 'Width (Deprecated)',
				name: 'width',
				type: 'number',
				typeOptions: { minValue: 0, numberPrecision: 0 },
				default: 0,
				description: WITHOUT_EFFECT,
			},
		],
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Max Credits',
				name: 'maxCredits',
				type: 'number',
				typeOptions: { minValue: 0, numberPrecision: 0 },
				default: 1000,
				description:
					'Spending limit for all items of a run together. If their estimates add up to more, nothing is uploaded or created. A video with more than 30 frames per second costs more than its estimate unless Max FPS Limit is set.',
			},
			{
				displayName: 'Parallel Requests',
				name: 'parallelRequests',
				type: 'number',
				typeOptions: { minValue: 1, numberPrecision: 0 },
				default: 5,
				description:
					'How many items are uploaded and created at a time. Lower it if Magic Hour answers that there are too many requests.',
			},
			pollIntervalOption,
			timeoutOption,
		],
	},
];

interface CreatePlan extends RequestPlan {
	/** Undefined where the node returns at once. */
	wait?: WaitPlan;
	/** Credits, of the whole run. */
	maxCredits?: number;
}

function planOf(item: Parameters): CreatePlan {
	return {
		...requestPlan(item),
		wait: item.flag('waitForCompletion', 'Wait for Completion') ? waitPlan(item) : undefined,
		// A limit that was set, but whose expression has no value, must not mean: no limit.
		maxCredits: item.has('options', 'maxCredits', 'Options')
			? item.number('options.maxCredits', 'Max Credits', 0)
			: undefined,
	};
}

export const operation: Operation<CreatePlan, Job> = {
	plan: planOf,

	review: (plans) =>
		checkSpending(
			plans.map(({ clip }) => clip.estimate),
			plans[0]?.maxCredits,
		),

	start: async (plan, run, itemIndex) =>
		await createOnce(run, itemIndex, {
			fingerprint: fingerprintOf(plan),
			willWait: plan.wait !== undefined,
			request: async () => await uploadedRequest(plan, run.uploads),
		}),

	finish: async ({ response, createdAt }, { wait }, run, itemIndex) => {
		if (wait === undefined) return { json: { ...response } as IDataObject };
		return await awaitedOutput(response.id, wait, run, {
			createdAt,
			onStatus: (project) => {
				if (hasEndedBadly(project)) run.memory.rememberFailed(itemIndex);
			},
		});
	},

	report: reportJobs,
};
