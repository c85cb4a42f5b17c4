import type { INodeProperties, INodePropertyMode } from 'n8n-workflow';

import { isBinaryObject, type SourceFile } from '../../magicHour/files/sourceFile';
import { Problem } from '../../magicHour/problem';
import type { Parameters } from '../../magicHour/run/parameters';
import { fileHint } from '../fileHint';
import { webAddressOrFilePath, youtubeAddress } from './addresses';

const mode = (
	named: Pick<INodePropertyMode, 'displayName' | 'name'>,
	more: Pick<INodePropertyMode, 'placeholder' | 'hint'>,
): INodePropertyMode => ({ ...named, ...more, type: 'string' });

const urlMode = (placeholder: string) =>
	mode(
		{ displayName: 'By URL', name: 'url' },
		{
			placeholder,
			hint: 'A public web address, or a file_path from Upload a file',
		},
	);

const fileMode = (label: string) =>
	mode({ displayName: 'File', name: 'file' }, { placeholder: 'e.g. data', hint: fileHint(label) });

const youtubeMode = mode(
	{ displayName: 'YouTube', name: 'youtube' },
	{
		placeholder: 'e.g. https://www.youtube.com/watch?v=dQw4w9WgXcQ',
		hint: 'The address of a public video',
	},
);

const videoModes = [
	urlMode('e.g. https://example.com/talking-head.mp4'),
	fileMode('Video'),
	youtubeMode,
];
const audioModes = [urlMode('e.g. https://example.com/voice-over.mp3'), fileMode('Audio')];

/** No `validation`: n8n runs its expressions with a time limit, which a busy server may not keep. */
export const sourceFields: INodeProperties[] = [
	{
		displayName: 'Video',
		name: 'video',
		type: 'resourceLocator',
		required: true,
		default: { mode: 'url', value: '' },
		description: 'The video whose mouth should follow the audio',
		modes: videoModes,
	},
	{
		displayName: 'Audio',
		name: 'audio',
		type: 'resourceLocator',
		required: true,
		default: { mode: 'url', value: '' },
		description: 'The voice that the mouth follows',
		modes: audioModes,
	},
];

/** A file to upload first, or where Magic Hour finds it. */
export type Source = { file: SourceFile } | { path: string };

export interface Sources {
	audio: Source;
	video: Source | { youtubeUrl: string };
}

/** @throws Problem when a source is missing or cannot be used */
export function sourcesOf(item: Parameters): Sources {
	return {
		video: sourceOf(item, 'video', 'Video', videoModes),
		audio: sourceOf(item, 'audio', 'Audio', audioModes) as Source,
	};
}

function sourceOf(
	item: Parameters,
	type: 'video' | 'audio',
	label: string,
	modes: INodePropertyMode[],
): Sources['video'] {
	const { mode, value } = item.located(type, label, modes);
	if (mode === 'file') return { file: item.file(value, label, type) };
	if (isBinaryObject(value)) {
		throw new Problem(`${label} must be an address; got a file`, {
			description: `Set ${label} to File.`,
		});
	}
	const address = item.asText(value, label);
	return mode === 'youtube'
		? { youtubeUrl: youtubeAddress(address, label) }
		: { path: webAddressOrFilePath(address, label, type) };
}
