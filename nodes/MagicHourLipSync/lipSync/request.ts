import type { IDataObject } from 'n8n-workflow';

import type { LipSyncRequest } from '../../magicHour/api.types';
import { fingerprint } from '../../magicHour/memory';
import type { Parameters } from '../../magicHour/parameters';
import type { Uploads } from '../../magicHour/uploads';
import { clipOf, type Clip } from './clipFields';
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
		name: item.optionalText('additionalFields.name', 'Name'),
		height: item.optionalNumber('additionalFields.height', 'Height', 0) || undefined,
		width: item.optionalNumber('additionalFields.width', 'Width', 0) || undefined,
	};
}

/**
 * Uploads what has to be uploaded.
 * @returns the request body
 * @throws Problem when a file could not be uploaded
 */
export async function uploadedRequest(
	plan: RequestPlan,
	uploads: Uploads,
): Promise<LipSyncRequest> {
	const { audio, video } = plan.sources;
	const sources = [audio, ...(video === undefined ? [] : [video])];
	const files = sources.flatMap((source) => ('file' in source ? [source.file] : []));
	const filePaths = await uploads.filePaths(files);
	const [audioPath, videoPath] = sources.map((source) =>
		'file' in source ? filePaths[files.indexOf(source.file)]! : source.path,
	);
	return requestOf(plan, audioPath!, videoPath);
}

/**
 * A digest of what is asked for, equal for what costs the same again. The name is left out: it changes nothing
 * that is paid for, and often has the time in it.
 */
export function fingerprintOf(plan: RequestPlan): string {
	const identity = (source: Source) => ('file' in source ? source.file.key : source.path);
	const { audio, video } = plan.sources;
	const request = requestOf(
		{ ...plan, name: undefined },
		identity(audio),
		video && identity(video),
	);
	return fingerprint({ ...request } as unknown as IDataObject);
}

/** Fields that were left empty are not sent. */
function requestOf(
	{ sources, clip, name, height, width }: RequestPlan,
	audioPath: string,
	videoPath: string | undefined,
): LipSyncRequest {
	return {
		...(name !== undefined && { name }),
		start_seconds: clip.startSeconds,
		end_seconds: clip.endSeconds,
		...(clip.maxFpsLimit !== undefined && { max_fps_limit: clip.maxFpsLimit }),
		...(height !== undefined && { height }),
		...(width !== undefined && { width }),
		assets: {
			audio_file_path: audioPath,
			video_source: sources.videoSource,
			...(videoPath !== undefined && { video_file_path: videoPath }),
			...(sources.youtubeUrl !== undefined && { youtube_url: sources.youtubeUrl }),
		},
		style: { generation_mode: clip.generationMode },
	};
}
