import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { Operation } from '../../magicHour/run/operation';
import { projectId, projectIdField } from './projectFields';

export const option: INodePropertyOptions = {
	name: 'Delete',
	value: 'delete',
	action: 'Delete a finished video',
	description: 'Delete the rendered video for good; this cannot be undone',
};

export const fields: INodeProperties[] = [projectIdField];

export const operation: Operation<string> = {
	plan: projectId,
	start: async (id, { client }) => {
		await client.deleteProject(id);
		return { json: { id, deleted: true } };
	},
};
