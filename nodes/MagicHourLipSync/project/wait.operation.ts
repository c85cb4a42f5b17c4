import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { awaitedOutput, type WaitPlan } from '../../magicHour/run/awaitedOutput';
import type { Operation } from '../../magicHour/run/operation';
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
import { projectId, projectIdField } from './projectFields';

export const option: INodePropertyOptions = {
	name: 'Wait',
	value: 'wait',
	action: 'Wait for a video to finish',
	description: 'Wait until the video of an existing job is rendered',
};

export const fields: INodeProperties[] = [
	projectIdField,
	outputField(AWAITED_OUTPUTS),
	simplifyField,
	optionsField([awaitedOutputFieldOption, pollIntervalOption, timeoutOption]),
];

interface ProjectWaitPlan extends WaitPlan {
	id: string;
}

export const operation: Operation<ProjectWaitPlan, string> = {
	plan: (item) => ({
		id: projectId(item),
		...waitPlan(item, item.choice('output', 'Output', AWAITED_OUTPUTS)),
	}),
	start: async ({ id }, run, itemIndex) => {
		run.noteJob(itemIndex, id);
		return id;
	},
	finish: async (id, plan, run) => await awaitedOutput(id, plan, run),
};
