import {
	NodeConnectionTypes,
	NodeOperationError,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { executeItems } from '../magicHour/run/executeItems';
import { oneLine } from '../magicHour/oneLine';
import { operationFor } from './operations';
import { stopHint } from './outputFields';
import { properties, subtitle } from './properties';

const DESCRIPTION = 'Lip sync videos with Magic Hour: make the mouth follow a new voice';

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
		subtitle,
		description: DESCRIPTION,
		defaults: { name: 'Magic Hour Lip Sync' },
		usableAsTool: {
			replacements: {
				description: `${DESCRIPTION}. Creating a video costs about 30 credits per second of the clip, in Pro mode about 60.`,
			},
		},
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'magicHourApi', required: true }],
		hints: [stopHint],
		properties,
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const resource = this.getNodeParameter('resource', 0, '');
		const name = this.getNodeParameter('operation', 0, '');
		const operation = operationFor(resource, name);
		if (operation === undefined) {
			throw new NodeOperationError(
				this.getNode(),
				`There is no operation “${oneLine(name)}” of a resource “${oneLine(resource)}”`,
				{ itemIndex: 0, description: 'Choose Resource and Operation from their lists.' },
			);
		}
		return await executeItems(this, operation);
	}
}
