import type { IDataObject, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { Operation } from '../../magicHour/run/operation';

export const option: INodePropertyOptions = {
	name: 'Get',
	value: 'get',
	action: 'Get credits and plan',
	description: 'Read the credits left, the plan and the subscription',
};

export const fields: INodeProperties[] = [];

export const operation: Operation<undefined> = {
	plan: () => undefined,
	start: async (_, { client }) => ({ json: { ...(await client.getAccount()) } as IDataObject }),
};
