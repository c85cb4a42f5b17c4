import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { downloadResults } from '../../magicHour/downloads';
import type { ItemOutput, Operation } from '../../magicHour/operation';
import { projectOutput } from '../../magicHour/project';
import { outputField, outputFieldName } from '../waitFields';
import { projectId, projectIdField } from './projectFields';

export const option: INodePropertyOptions = {
	name: 'Download',
	value: 'download',
	action: 'Download a video project',
	description: 'Load the finished video into a binary field',
};

export const fields: INodeProperties[] = [projectIdField, outputField];

interface DownloadPlan {
	id: string;
	fieldName: string;
}

export const operation: Operation<DownloadPlan, ItemOutput> = {
	plan: (item) => ({ id: projectId(item), fieldName: outputFieldName(item) }),
	start: async ({ id, fieldName }, { ctx, client, signal }) => {
		const project = await client.getProject(id);
		const binary = await downloadResults(ctx, client, project, fieldName, signal);
		return { json: projectOutput(project), binary };
	},
	finish: async (output) => output,
};
