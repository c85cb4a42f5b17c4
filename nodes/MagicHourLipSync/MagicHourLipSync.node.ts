import {
	NodeConnectionTypes,
	NodeOperationError,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { executeItems } from '../magicHour/executeItems';
import { quoted } from '../magicHour/quote';
import { operationFor } from './operations';
import { properties } from './properties';

export class MagicHourLipSync implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Magic Hour Lip Sync',
		name: 'magicHourLipSync',
		icon: {
			light: 'file:../magicHour/icons/magicHour.svg',
			dark: 'file:../magicHour/icons/magicHour.dark.svg',
		},
		group: ['transform'],
		version: 1,
		subtitle: '={{$parameter["operation"] + ": " + $parameter["resource"]}}',
		description: 'Make the mouth in a video follow a new audio track, with Magic Hour',
		defaults: { name: 'Magic Hour Lip Sync' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'magicHourApi', required: true }],
		properties,
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const resource = this.getNodeParameter('resource', 0, '');
		const name = this.getNodeParameter('operation', 0, '');
		const operation = operationFor(resource, name);
		if (operation === undefined) {
			throw new NodeOperationError(
				this.getNode(),
				`There is no operation “${quoted(name)}” of a resource “${quoted(resource)}”`,
				{ itemIndex: 0, description: 'Choose Resource and Operation from their lists.' },
			);
		}
		return await executeItems(this, operation);
	}
}
