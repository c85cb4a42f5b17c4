import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { Operation } from '../magicHour/run/operation';
import * as accountGet from './account/get.operation';
import * as fileUpload from './file/upload.operation';
import * as lipSyncCreate from './lipSync/create.operation';
import * as lipSyncEstimate from './lipSync/estimate.operation';
import * as projectDelete from './project/delete.operation';
import * as projectDownload from './project/download.operation';
import * as projectGet from './project/get.operation';
import * as projectWait from './project/wait.operation';

/** What the file of an operation exports. */
interface OperationFile {
	/** Its entry in the Operation list. */
	option: INodePropertyOptions;
	fields: INodeProperties[];
	/** Each operation has plans of its own kind; only its own functions ever see them. */
	operation: Operation<unknown, unknown>;
}

interface Resource {
	option: INodePropertyOptions;
	/** The first one is chosen where nobody chose. */
	operations: OperationFile[];
}

/** The node as a table: resources, and their operations in the order of the list. */
export const RESOURCES: Resource[] = [
	{
		option: { name: 'Lip Sync', value: 'lipSync' },
		operations: [lipSyncCreate, lipSyncEstimate],
	},
	{
		option: { name: 'Video Project', value: 'project' },
		operations: [projectWait, projectDownload, projectGet, projectDelete],
	},
	{
		option: { name: 'File', value: 'file' },
		operations: [fileUpload],
	},
	{
		option: { name: 'Account', value: 'account' },
		operations: [accountGet],
	},
];

/** @returns the operation a person has chosen; the editor offers no others */
export function operationFor(
	resource: unknown,
	operation: unknown,
): Operation<unknown, unknown> | undefined {
	return RESOURCES.find(({ option }) => option.value === resource)?.operations.find(
		({ option }) => option.value === operation,
	)?.operation;
}
