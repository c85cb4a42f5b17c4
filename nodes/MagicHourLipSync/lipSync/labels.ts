import type { INodeProperties } from 'n8n-workflow';

import type { RequestField } from '../../magicHour/api/contract';

/** Parameters of the node by the field of the request they fill. */
const PARAMETERS: Record<RequestField, string> = {
	audio_file_path: 'audio',
	video_file_path: 'video',
	video_source: 'video',
	youtube_url: 'video',
	start_seconds: 'startSeconds',
	end_seconds: 'endSeconds',
	generation_mode: 'generationMode',
	max_fps_limit: 'maxFpsLimit',
	height: 'height',
	width: 'width',
	name: 'name',
};

/** What the editor calls the parameters, from their own fields. */
export function labelsOf(fields: INodeProperties[]): Record<RequestField, string> {
	const all = fields.flatMap((field) => [field, ...((field.options ?? []) as INodeProperties[])]);
	const labels = Object.entries(PARAMETERS).map(([field, parameter]) => [
		field,
		all.find(({ name }) => name === parameter)!.displayName,
	]);
	return Object.fromEntries(labels) as Record<RequestField, string>;
}
