import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { downloadResults } from '../../magicHour/files/downloads';
import { projectOutput } from '../../magicHour/jobs/project';
import type { Operation } from '../../magicHour/run/operation';
import { optionsField } from '../optionsField';
import { outputFieldName, outputFieldOption, simplifyField, simplifyOf } from '../outputFields';
import { projectId, projectIdField } from './projectFields';

export const option: INodePropertyOptions = {
	name: 'Download',
	value: 'download',
	action: 'Download a finished video',
	description: 'Load a finished video into a binary field, without waiting',
};

export const fields: INodeProperties[] = [
	projectIdField,
	simplifyField,
	optionsField([outputFieldOption]),
];

interface DownloadPlan {
	id: string;
	simplify: boolean;
	fieldName: string;
}

export const operation: Operation<DownloadPlan> = {
	plan: (item) => ({
		id: projectId(item),
		simplify: simplifyOf(item),
		fieldName: outputFieldName(item),
	}),
	start: async ({ id, simplify, fieldName }, run) => {
		const project = await run.client.getProject(id);
		const binary = await run.downloads(async () => downloadResults(project, fieldName, run));
		return { json: projectOutput(project, { simplify }), binary };
	},
};
