import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { projectOutput } from '../../magicHour/jobs/project';
import type { Operation } from '../../magicHour/run/operation';
import { simplifyField, simplifyOf } from '../outputFields';
import { projectId, projectIdField } from './projectFields';

export const option: INodePropertyOptions = {
	name: 'Get',
	value: 'get',
	action: 'Get the status of a video',
	description: 'Read status, credits and video address of a job, without waiting',
};

export const fields: INodeProperties[] = [projectIdField, simplifyField];

interface GetPlan {
	id: string;
	simplify: boolean;
}

export const operation: Operation<GetPlan> = {
	plan: (item) => ({ id: projectId(item), simplify: simplifyOf(item) }),
	start: async ({ id, simplify }, { client }) => ({
		json: projectOutput(await client.getProject(id), { simplify }),
	}),
};
