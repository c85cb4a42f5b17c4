import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { Operation } from '../../magicHour/operation';
import {
	awaitedOutput,
	downloadField,
	outputField,
	pollIntervalOption,
	timeoutOption,
	waitPlan,
	type WaitPlan,
} from '../waitFields';
import { projectId, projectIdField } from './projectFields';

export const option: INodePropertyOptions = {
	name: 'Wait',
	value: 'wait',
	action: 'Wait for a video project',
	description: 'Wait until a job that exists already is finished',
};

export const fields: INodeProperties[] = [
	projectIdField,
	downloadField,
	{ ...outputField, displayOptions: { show: { downloadOutput: [true] } } },
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [pollIntervalOption, timeoutOption],
	},
];

interface ProjectWaitPlan extends WaitPlan {
	id: string;
}

export const operation: Operation<ProjectWaitPlan, string> = {
	plan: (item) => ({ id: projectId(item), ...waitPlan(item) }),
	start: async ({ id }, run, itemIndex) => {
		run.noteJob(itemIndex, id);
		return id;
	},
	finish: async (id, plan, run) => await awaitedOutput(id, plan, run),
};
