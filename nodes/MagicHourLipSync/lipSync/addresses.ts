import { FILE_EXTENSIONS } from '../../magicHour/api/contract';
import type { MediaKind } from '../../magicHour/media/media';
import { refuseExpressionAsText } from '../../magicHour/expressionAsText';
import { Problem } from '../../magicHour/problem';

/** The file_path of an upload, as an example. */
const FILE_PATHS: Record<MediaKind, string> = {
	audio: 'api-assets/id/1234.mp3',
	video: 'api-assets/id/1234.mp4',
};

/**
 * @param label of the field it stands in
 * @throws Problem unless Magic Hour can be told to fetch the file from there
 */
export function webAddressOrFilePath(path: string, label: string, kind: MediaKind): string {
	refuseExpressionAsText(path, label);
	if (isWebAddress(path) || isUploadedFilePath(path)) {
		if (kind === 'video' && isNamedAudio(path)) throw swapped(path, label);
		return path;
	}
	throw new Problem(`${label} is neither an http(s) URL nor a file_path: “${path.slice(0, 80)}”`, {
		description: `Enter a URL that opens without a login, or a file_path such as ${FILE_PATHS[kind]}. To use a file from this workflow, set ${label} to File.`,
	});
}

/** By its extension, which no video has; the other way round says nothing, because an mp4 may be a voice. */
function isNamedAudio(path: string): boolean {
	const [, extension = ''] = /\.(\w+)$/.exec(path.replace(/[?#].*/s, '').toLowerCase()) ?? [];
	const { audio, video } = FILE_EXTENSIONS as Record<MediaKind, readonly string[]>;
	return audio.includes(extension) && !video.includes(extension);
}

const swapped = (path: string, label: string) =>
	new Problem(`${label} is an audio file: “${path.slice(0, 80)}”`, {
		description: 'Are Video and Audio swapped? Enter the address of a video.',
	});

/**
 * @param label of the field it stands in
 * @throws Problem unless it is the address of a video on YouTube
 */
export function youtubeAddress(text: string, label: string): string {
	refuseExpressionAsText(text, label);
	if (isWebAddress(text) && namesYoutubeVideo(new URL(text))) return text;
	throw new Problem(`${label} is not the address of a YouTube video: “${text.slice(0, 80)}”`, {
		description:
			'Copy the address from the browser, such as https://www.youtube.com/watch?v=dQw4w9WgXcQ.',
	});
}

function isWebAddress(text: string): boolean {
	return /^https?:\/\//i.test(text) && URL.canParse(text) && !/\s/.test(text);
}

/** Such as `api-assets/id/1234.mp3`: folders and a name, but not a path of a disk. */
function isUploadedFilePath(text: string): boolean {
	return /^\w[\w-]*(\/[\w-][\w.-]*)+$/.test(text);
}

const YOUTUBE_HOSTS = /^((www|m|music)\.)?(youtube\.com|youtube-nocookie\.com)$/i;

function namesYoutubeVideo({ hostname, pathname, searchParams }: URL): boolean {
	if (hostname.toLowerCase() === 'youtu.be') return /^\/[\w-]+/.test(pathname);
	if (!YOUTUBE_HOSTS.test(hostname)) return false;
	return pathname === '/watch'
		? Boolean(searchParams.get('v'))
		: /^\/(shorts|live|embed|v)\/[\w-]+/.test(pathname);
}
