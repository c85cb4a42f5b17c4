import type { INodeProperties } from 'n8n-workflow';

import { RESOURCES } from './operations';

/** All fields of the node: the resources, their operations, and what each operation needs. */
export const properties: INodeProperties[] = [
	{
		displayName: 'Resource',
		name: 'resource',
		type: 'options',
		noDataExpression: true,
		options: RESOURCES.map(({ option }) => option),
		default: 'lipSync',
	},
	...RESOURCES.map(
		({ option, defaultOperation, operations }): INodeProperties => ({
			displayName: 'Operation',
			name: 'operation',
			type: 'options',
			noDataExpression: true,
			displayOptions: { show: { resource: [option.value] } },
			options: operations.map((operation) => operation.option),
			default: defaultOperation,
		}),
	),
	...RESOURCES.flatMap((resource) =>
		resource.operations.flatMap(({ option, fields }) =>
			fields.map(
				(field): INodeProperties => ({
					...field,
					displayOptions: {
						...field.displayOptions,
						show: {
							resource: [resource.option.value],
							operation: [option.value],
							...field.displayOptions?.show,
						},
					},
				}),
			),
		),
	),
];
