import type { INodeProperties } from 'n8n-workflow';

/** The last field of an operation, for what few people change. */
export const optionsField = (options: INodeProperties[]): INodeProperties => ({
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options,
});
