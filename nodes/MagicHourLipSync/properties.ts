import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

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
	...RESOURCES.map(({ option, operations }): INodeProperties => {
		const options = operations.map((operation) => operation.option);
		const defaultOperation = options[0]!.value;
		return {
			displayName: 'Operation',
			name: 'operation',
			type: 'options',
			noDataExpression: true,
			displayOptions: { show: { resource: [option.value] } },
			options,
			default: defaultOperation,
		};
	}),
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

/** Such as “Create: Lip Sync”: an expression of names, which the node on the canvas shows under its own. */
export const subtitle = (() => {
	const namesOf = (options: INodePropertyOptions[]) =>
		JSON.stringify(Object.fromEntries(options.map(({ name, value }) => [value, name])));
	const resources = namesOf(RESOURCES.map(({ option }) => option));
	const operations = namesOf(
		RESOURCES.flatMap((resource) => resource.operations.map(({ option }) => option)),
	);
	return `={{ (${operations})[$parameter["operation"]] + ": " + (${resources})[$parameter["resource"]] }}`;
})();
