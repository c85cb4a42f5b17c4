import type { IDataObject, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { ItemOutput, Operation } from '../../magicHour/operation';

export const option: INodePropertyOptions = {
	name: 'Get',
	value: 'get',
	action: 'Get an account',
	description: 'Read the credits left, the plan and the subscription',
};

export const fields: INodeProperties[] = [];

export const operation: Operation<undefined, ItemOutput> = {
	plan: () => undefined,
	start: async (_, { client }) => ({ json: { ...(await client.getAccount()) } as IDataObject }),
	finish: async (output) => output,
};
