import type { INodeProperties } from 'n8n-workflow';

import type { Parameters } from '../../magicHour/run/parameters';
import { Problem } from '../../magicHour/problem';

const ID_IN_ADDRESS =
	'https?://(?:www\\.)?magichour\\.ai/my-library\\?(?:[^#]*&)?videoId=([A-Za-z0-9_-]+)';

/** Which video project an operation is about. */
export const projectIdField: INodeProperties = {
	displayName: 'Video Project',
	name: 'projectId',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'id', value: '={{ $json.id }}' },
	description: 'The job: the ID that Create (Lip Sync) returns',
	modes: [
		{
			displayName: 'By ID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. cm2fphlo3000dmfhu8m0dh63z',
			validation: [
				{
					type: 'regex',
					properties: {
						regex: '^\\s*[A-Za-z0-9_-]+\\s*$',
						errorMessage: 'An ID has letters, digits, - and _ only',
					},
				},
			],
		},
		{
			displayName: 'By URL',
			name: 'url',
			type: 'string',
			placeholder: 'e.g. https://magichour.ai/my-library?videoId=cm2fphlo3000dmfhu8m0dh63z',
			extractValue: { type: 'regex', regex: ID_IN_ADDRESS },
			validation: [
				{
					type: 'regex',
					properties: {
						regex: `${ID_IN_ADDRESS}.*`,
						errorMessage: 'Paste the address of a video in your Magic Hour library',
					},
				},
			],
		},
	],
};

/** @throws Problem unless the item names a video project */
export function projectId(item: Parameters): string {
	const id = item.extracted('projectId', 'Video Project');
	if (!/^[A-Za-z0-9_-]{1,200}$/.test(id)) {
		throw new Problem(`Video Project is not an ID: “${id.slice(0, 60)}”`, {
			description: 'Use the field id that Create (Lip Sync) returns.',
		});
	}
	return id;
}
