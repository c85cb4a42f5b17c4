import type { LipSyncRequest } from '../../magicHour/api/contract';
import { digest } from '../../magicHour/digest';
import type { SourceFile } from '../../magicHour/files/sourceFile';
import type { Parameters } from '../../magicHour/run/parameters';
import type { Uploads } from '../../magicHour/files/uploads';
import { clipOf, type Clip } from './clipFields';
import type { MeasuredClip } from './measure';
import { sourcesOf, type Source, type Sources } from './sourceFields';

/** What an item asks Magic Hour for, before its files have an address. */
export interface RequestPlan {
	sources: Sources;
	clip: Clip;
	name?: string;
	height?: number;
	width?: number;
}

/** @throws Problem when a field cannot be used */
export function requestPlan(item: Parameters): RequestPlan {
	return {
		sources: sourcesOf(item),
		clip: clipOf(item),
		name: item.optionalText('options.name', 'Name'),
		height: item.optionalNumber('options.height', 'Size: Height', 0) || undefined,
		width: item.optionalNumber('options.width', 'Size: Width', 0) || undefined,
	};
}

/**
 * Uploads what has to be uploaded.
 * @returns the request body
 * @throws Problem when a file could not be uploaded
 */
export async function uploadedRequest(
	plan: RequestPlan,
	{ endSeconds, maxFpsLimit }: MeasuredClip,
	uploads: Uploads,
): Promise<LipSyncRequest> {
	const files = Object.values(plan.sources).flatMap((source) =>
		'file' in source ? [source.file] : [],
	);
	const filePaths = await uploads.filePaths(files);
	const clip = { end_seconds: endSeconds, max_fps_limit: maxFpsLimit };
	return requestOf(plan, clip, (file) => filePaths[files.indexOf(file)]!);
}

/**
 * A digest of what is asked for, equal for what costs the same again. The name is left out: it changes nothing
 * that is paid for, and often has the time in it. An end that depends on the files stands for itself, so that it is
 * the same before and after they were looked at.
 */
export function fingerprintOf(plan: RequestPlan): string {
	const { end, maxFpsLimit } = plan.clip;
	const clip = {
		...(end.at === 'seconds' ? { end_seconds: end.second } : { clip_end: end.at }),
		max_fps_limit: maxFpsLimit,
	};
	return digest(requestOf({ ...plan, name: undefined }, clip, ({ key }) => key));
}

/** Fields that were left empty are not sent. */
function requestOf<End extends object>(
	{ sources: { audio, video }, clip, name, height, width }: RequestPlan,
	{ max_fps_limit, ...end }: End & { max_fps_limit?: number },
	pathOf: (file: SourceFile) => string,
): Omit<LipSyncRequest, 'end_seconds' | 'max_fps_limit'> & Omit<End, 'max_fps_limit'> {
	const path = (source: Source) => ('file' in source ? pathOf(source.file) : source.path);
	return {
		...(name !== undefined && { name }),
		start_seconds: clip.startSeconds,
		...end,
		...(max_fps_limit !== undefined && { max_fps_limit }),
		...(height !== undefined && { height }),
		...(width !== undefined && { width }),
		assets: {
			audio_file_path: path(audio),
			...('youtubeUrl' in video
				? { video_source: 'youtube', youtube_url: video.youtubeUrl }
				: { video_source: 'file', video_file_path: path(video) }),
		},
		style: { generation_mode: clip.generationMode },
	};
}
