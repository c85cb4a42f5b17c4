import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { Operation } from '../magicHour/operation';
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
	defaultOperation: string;
	operations: OperationFile[];
}

/** The node as a table: resources, and their operations in the order of the list. */
export const RESOURCES: Resource[] = [
	{
		option: { name: 'Account', value: 'account' },
		defaultOperation: 'get',
		operations: [accountGet],
	},
	{
		option: { name: 'File', value: 'file' },
		defaultOperation: 'upload',
		operations: [fileUpload],
	},
	{
		option: { name: 'Lip Sync', value: 'lipSync' },
		defaultOperation: 'create',
		operations: [lipSyncCreate, lipSyncEstimate],
	},
	{
		option: { name: 'Video Project', value: 'project' },
		defaultOperation: 'get',
		operations: [projectDelete, projectDownload, projectGet, projectWait],
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
