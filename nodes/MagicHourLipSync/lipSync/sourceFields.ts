import type { INodeProperties } from 'n8n-workflow';

import { VIDEO_SOURCES, type VideoSource } from '../../magicHour/api.types';
import type { SourceFile } from '../../magicHour/binary';
import type { Parameters } from '../../magicHour/parameters';
import { Problem } from '../../magicHour/problem';

const INPUT_OPTIONS: INodeProperties['options'] = [
	{
		name: 'URL or File Path',
		value: 'path',
		description: 'A direct URL to the file, or the file_path of an upload',
	},
	{
		name: 'Binary File',
		value: 'binary',
		description: 'A file from a node before this one; it is uploaded for you',
	},
];

const INPUTS = ['path', 'binary'] as const;

const PATH_DESCRIPTION =
	'A direct http(s) URL that Magic Hour can fetch without a login, or a file_path as the operation Upload of File returns it';

const PATH_HINT =
	'A web address, or the file_path of an upload. For a file of a node before this one, choose Binary File.';

/** Where audio and video come from. */
export const sourceFields: INodeProperties[] = [
	{
		displayName: 'Audio Input',
		name: 'audioInput',
		type: 'options',
		options: INPUT_OPTIONS,
		default: 'path',
		description: 'Where the new audio track comes from',
	},
	{
		displayName: 'Audio URL or File Path',
		name: 'audioFilePath',
		type: 'string',
		required: true,
		displayOptions: { show: { audioInput: ['path'] } },
		default: '',
		placeholder: 'e.g. https://example.com/voice-over.mp3',
		description: PATH_DESCRIPTION,
		hint: PATH_HINT,
	},
	{
		displayName: 'Audio Input Binary Field',
		name: 'audioBinaryPropertyName',
		type: 'string',
		required: true,
		displayOptions: { show: { audioInput: ['binary'] } },
		default: 'audio',
		hint: 'The name of the input binary field that contains the audio file',
	},
	{
		displayName: 'Video Source',
		name: 'videoSource',
		type: 'options',
		options: [
			{
				name: 'File',
				value: 'file',
				description: 'A video file, by URL, file path or binary field',
			},
			{ name: 'YouTube', value: 'youtube', description: 'A public video on YouTube' },
		],
		default: 'file',
		description: 'Where the video whose mouth is to move comes from',
	},
	{
		displayName: 'Video Input',
		name: 'videoInput',
		type: 'options',
		displayOptions: { show: { videoSource: ['file'] } },
		options: INPUT_OPTIONS,
		default: 'path',
		description: 'Where the video file comes from',
	},
	{
		displayName: 'Video URL or File Path',
		name: 'videoFilePath',
		type: 'string',
		required: true,
		displayOptions: { show: { videoSource: ['file'], videoInput: ['path'] } },
		default: '',
		placeholder: 'e.g. https://example.com/talking-head.mp4',
		description: PATH_DESCRIPTION,
		hint: PATH_HINT,
	},
	{
		displayName: 'Video Input Binary Field',
		name: 'videoBinaryPropertyName',
		type: 'string',
		required: true,
		displayOptions: { show: { videoSource: ['file'], videoInput: ['binary'] } },
		default: 'video',
		hint: 'The name of the input binary field that contains the video file',
	},
	{
		displayName: 'YouTube URL',
		name: 'youtubeUrl',
		type: 'string',
		required: true,
		displayOptions: { show: { videoSource: ['youtube'] } },
		default: '',
		placeholder: 'e.g. https://www.youtube.com/watch?v=dQw4w9WgXcQ',
		description: 'Address of a public YouTube video',
	},
];

/** A file to upload first, or where Magic Hour finds it. */
export type Source = { file: SourceFile } | { path: string };

export interface Sources {
	audio: Source;
	videoSource: VideoSource;
	/** Undefined for YouTube. */
	video?: Source;
	youtubeUrl?: string;
}

/** @throws Problem when a source is missing or cannot be meant */
export function sourcesOf(item: Parameters): Sources {
	const videoSource = item.choice('videoSource', 'Video Source', VIDEO_SOURCES);
	const audio = sourceOf(item, 'audio', 'Audio');
	return videoSource === 'youtube'
		? { audio, videoSource, youtubeUrl: youtubeUrl(item) }
		: { audio, videoSource, video: sourceOf(item, 'video', 'Video') };
}

function sourceOf(item: Parameters, type: 'audio' | 'video', label: string): Source {
	if (item.choice(`${type}Input`, `${label} Input`, INPUTS) === 'binary') {
		return { file: item.file(`${type}BinaryPropertyName`, `${label} Input Binary Field`, type) };
	}
	const name = `${label} URL or File Path`;
	const path = item.text(`${type}FilePath`, name);
	if (!isWebAddress(path) && !isUploadedFilePath(path)) {
		throw new Problem(`${name} is neither an http(s) URL nor a file_path: “${path.slice(0, 80)}”`, {
			description: `Give a URL that Magic Hour can fetch, or a file_path such as api-assets/id/1234.mp3. For a file on this n8n server, read it with a node first and choose Binary File as the ${label} Input.`,
		});
	}
	return { path };
}

function isWebAddress(text: string): boolean {
	return /^https?:\/\//i.test(text) && URL.canParse(text) && !/\s/.test(text);
}

/** Such as `api-assets/id/1234.mp3`: folders and a name, but no path of a disk. */
function isUploadedFilePath(text: string): boolean {
	return /^\w[\w-]*(\/[\w-][\w.-]*)+$/.test(text);
}

const YOUTUBE_HOSTS = /^((www|m|music)\.)?(youtube\.com|youtube-nocookie\.com)$/i;

function youtubeUrl(item: Parameters): string {
	const text = item.text('youtubeUrl', 'YouTube URL');
	if (!isWebAddress(text) || !namesYoutubeVideo(new URL(text))) {
		throw new Problem(`YouTube URL is not the address of a YouTube video: “${text.slice(0, 80)}”`, {
			description:
				'Copy the address from the browser, such as https://www.youtube.com/watch?v=dQw4w9WgXcQ.',
		});
	}
	return text;
}

function namesYoutubeVideo({ hostname, pathname, searchParams }: URL): boolean {
	if (hostname.toLowerCase() === 'youtu.be') return /^\/[\w-]+/.test(pathname);
	if (!YOUTUBE_HOSTS.test(hostname)) return false;
	return pathname === '/watch'
		? Boolean(searchParams.get('v'))
		: /^\/(shorts|live|embed|v)\/[\w-]+/.test(pathname);
}
