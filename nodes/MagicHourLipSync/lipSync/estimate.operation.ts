import type { IDataObject, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { ItemOutput, Operation } from '../../magicHour/operation';
import { clipFields, clipOf, maxFpsLimitField } from './clipFields';

export const option: INodePropertyOptions = {
	name: 'Estimate',
	value: 'estimate',
	action: 'Estimate the cost of a lip sync',
	description: 'Work out the credits a job would cost, without creating it',
};

export const fields: INodeProperties[] = [
	...clipFields,
	{
		displayName: 'Additional Fields',
		name: 'additionalFields',
		type: 'collection',
		placeholder: 'Add Field',
		default: {},
		options: [maxFpsLimitField],
	},
];

export const operation: Operation<ItemOutput, ItemOutput> = {
	plan: (item) => ({ json: { ...clipOf(item).estimate } as IDataObject }),
	start: async (output) => output,
	finish: async (output) => output,
};
