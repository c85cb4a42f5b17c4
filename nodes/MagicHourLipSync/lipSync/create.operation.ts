import type { IDataObject, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { hasEndedBadly } from '../../magicHour/jobs/project';
import { checkSpending } from '../../magicHour/jobs/spending';
import { awaitedOutput, type WaitPlan } from '../../magicHour/run/awaitedOutput';
import { reportJobs } from '../../magicHour/run/batchHint';
import { createOnce, expectOrder } from '../../magicHour/run/createOnce';
import type { Job } from '../../magicHour/run/takeUp';
import type { Operation } from '../../magicHour/run/operation';
import type { RunContext } from '../../magicHour/run/runContext';
import type { Parameters } from '../../magicHour/run/parameters';
import { optionsField } from '../optionsField';
import {
	awaitedOutputFieldOption,
	AWAITED_OUTPUTS,
	outputField,
	pollIntervalOption,
	simplifyField,
	timeoutOption,
	waitPlan,
} from '../outputFields';
import { clipFields, maxFpsLimitOption } from './clipFields';
import { labelsOf } from './labels';
import { measure, type MeasuredClip } from './measure';
import { fingerprintOf, requestPlan, uploadedRequest, type RequestPlan } from './request';
import { sourceFields } from './sourceFields';

export const option: INodePropertyOptions = {
	name: 'Create',
	value: 'create',
	action: 'Create a lip-synced video',
	description:
		'Make the mouth in a video follow a voice. Costs about 30 credits per second of the clip; in Pro mode about 60.',
};

const OUTPUTS = [
	...AWAITED_OUTPUTS,
	{
		name: 'Job ID, Do Not Wait',
		value: 'jobId',
		description: 'Return as soon as the job is created. Use Wait (Video Project) to get the video.',
	},
] as const;

const sizeOption = (displayName: string, name: string): INodeProperties => ({
	displayName,
	name,
	type: 'number',
	typeOptions: { minValue: 0, numberPrecision: 0 },
	default: 0,
	description:
		'Deprecated by Magic Hour and without effect: the result has the size of the input video, up to what your plan allows',
});

export const fields: INodeProperties[] = [
	...sourceFields,
	...clipFields,
	outputField(OUTPUTS),
	{
		...simplifyField,
		displayOptions: { show: { output: AWAITED_OUTPUTS.map(({ value }) => value) } },
	},
	optionsField([
		{
			displayName: 'Max Credits',
			name: 'maxCredits',
			type: 'number',
			typeOptions: { minValue: 0, numberPrecision: 0 },
			default: 1000,
			description:
				'Spending limit for all items of a run together. If the total would be higher, nothing is uploaded or created. A video whose frame rate cannot be read is rendered with at most 30 frames per second.',
		},
		maxFpsLimitOption,
		{
			displayName: 'Name',
			name: 'name',
			type: 'string',
			default: '',
			placeholder: 'e.g. Welcome video, Spanish',
			description: 'Name of the video in your Magic Hour library',
		},
		awaitedOutputFieldOption,
		{
			displayName: 'Parallel Requests',
			name: 'parallelRequests',
			type: 'number',
			typeOptions: { minValue: 1, numberPrecision: 0 },
			default: 50,
			description:
				'Most items to create at the same time. The node finds out by itself how many Magic Hour accepts.',
		},
		{
			displayName: 'Patience Under Limits (Minutes)',
			name: 'patienceMinutes',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 15,
			description:
				'How long to wait while Magic Hour limits the rate and lets no job be created. After that, the items without a job fail.',
		},
		pollIntervalOption,
		sizeOption('Size: Height (Deprecated)', 'height'),
		sizeOption('Size: Width (Deprecated)', 'width'),
		timeoutOption,
	]),
];

interface CreatePlan extends RequestPlan {
	/** Undefined where the item has its job already, so that nobody has to know. */
	measured?: MeasuredClip;
	/** Undefined where the node returns at once. */
	wait?: WaitPlan;
	/** Credits, of the whole run. */
	maxCredits?: number;
}

function planOf(item: Parameters): CreatePlan {
	const output = item.choice('output', 'Output', OUTPUTS);
	return {
		...requestPlan(item),
		wait: output === 'jobId' ? undefined : waitPlan(item, output),
		// A limit that was set, but whose expression has no value, must not mean: no limit.
		maxCredits: item.hasField('options', 'maxCredits', 'Options')
			? item.number('options.maxCredits', 'Max Credits', 0)
			: undefined,
	};
}

const measured = async ({ clip, sources, maxCredits }: CreatePlan, { looks }: RunContext) =>
	await measure(clip, sources, looks, maxCredits === undefined ? 'end' : 'promise');

export const operation: Operation<CreatePlan, Job> = {
	labels: labelsOf(fields),

	limits: (item) => ({
		parallelRequests: item.optionalNumber('options.parallelRequests', 'Parallel Requests', 1),
		patienceMinutes: item.optionalNumber(
			'options.patienceMinutes',
			'Patience Under Limits (Minutes)',
			0,
		),
	}),

	nothingDone: 'Nothing was uploaded or created for this item.',

	plan: planOf,

	look: async (plan, run, itemIndex) =>
		expectOrder(run, itemIndex, fingerprintOf(plan))
			? plan
			: { ...plan, measured: await measured(plan, run) },

	review: (plans, run) => {
		// What has a job was not looked at, and is not paid for.
		const estimates = [...plans.values()].flatMap((plan) => plan.measured?.estimate ?? []);
		const { maxCredits } = [...plans.values()][0]!;
		checkSpending({ estimates, spent: run.memory.spent }, maxCredits);
	},

	start: async (plan, run, itemIndex) =>
		await createOnce(run, itemIndex, {
			willWait: plan.wait !== undefined,
			maxCredits: plan.maxCredits,
			request: async () => {
				const clip = plan.measured ?? (await measured(plan, run));
				const body = await uploadedRequest(plan, clip, run.uploads);
				return { body, credits: clip.estimate.estimated_credits };
			},
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

	report: (results, run, plans) => {
		const estimates = plans.map(({ measured }) => measured?.estimate.estimated_credits ?? NaN);
		const estimated = estimates.reduce((sum, credits) => sum + credits, 0);
		reportJobs(results, run, {
			awaited: plans.every(({ wait }) => wait !== undefined),
			estimated: Number.isNaN(estimated) ? undefined : estimated,
			limited: plans.filter((plan) => plan.measured?.isLimited).length,
		});
	},
};
