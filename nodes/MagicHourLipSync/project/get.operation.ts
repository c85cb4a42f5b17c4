import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { ItemOutput, Operation } from '../../magicHour/operation';
import { projectOutput } from '../../magicHour/project';
import { projectId, projectIdField } from './projectFields';

export const option: INodePropertyOptions = {
	name: 'Get',
	value: 'get',
	action: 'Get a video project',
	description: 'Read status, credits and download addresses of a job',
};

export const fields: INodeProperties[] = [projectIdField];

export const operation: Operation<string, ItemOutput> = {
	plan: projectId,
	start: async (id, { client }) => ({ json: projectOutput(await client.getProject(id)) }),
	finish: async (output) => output,
};
