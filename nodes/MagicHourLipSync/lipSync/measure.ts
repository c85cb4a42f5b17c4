import { ASSUMED_FPS, estimateCost, type CostEstimate } from '../../magicHour/jobs/estimate';
import type { MediaKind } from '../../magicHour/media/media';
import type { MediaLooks } from '../../magicHour/media/mediaLooks';
import { known, type Looked } from '../../magicHour/media/readMedia';
import { clipEnd, type Lengths } from './clipEnd';
import type { Clip } from './clipFields';
import type { Sources } from './sourceFields';

/** A clip whose end is known, and what it costs. */
export interface MeasuredClip {
	endSeconds: number;
	maxFpsLimit?: number;
	/** Whether the limit was set here, because the video's frame rate is not known. */
	isLimited: boolean;
	lengths: Lengths;
	estimate: CostEstimate;
}

/**
 * Looks at the files of an item as far as it has to.
 * @param needs `price`: what it costs matters, so the video is looked at in any case; `promise`: it may not cost more
 * @throws Problem when the clip has no end, or does not fit into the video
 */
export async function measure(
	clip: Clip,
	sources: Sources,
	looks: MediaLooks,
	needs: 'end' | 'price' | 'promise',
): Promise<MeasuredClip> {
	const isGiven = clip.end.at === 'seconds';
	const [audio, video] = await Promise.all([
		clip.end.at === 'audio' || clip.end.at === 'shorter'
			? look(looks, sources.audio, 'audio')
			: undefined,
		needs !== 'end' || !isGiven ? look(looks, sources.video, 'video') : undefined,
	]);
	const lengths = { audio, video };
	const read = known(video);
	const wanted = clipEnd(clip, lengths);
	// What is asked for must be what was counted. The other ends are those of the files.
	const isCut = needs === 'promise' && isGiven;
	const endSeconds = isCut ? Math.min(wanted, read?.seconds ?? Infinity) : wanted;
	const isLimited =
		needs === 'promise' && read?.fps === undefined && clip.maxFpsLimit === undefined;
	const maxFpsLimit = isLimited ? ASSUMED_FPS : clip.maxFpsLimit;
	const estimate = estimateCost({ ...clip, endSeconds, maxFpsLimit, video: read });
	return { endSeconds, maxFpsLimit, isLimited, lengths, estimate };
}

async function look(looks: MediaLooks, source: Sources['video'], kind: MediaKind): Promise<Looked> {
	if ('youtubeUrl' in source) return { unknown: "YouTube doesn't say how long the video is" };
	if ('file' in source) return await looks.look(source.file, kind);
	if (/^https?:/i.test(source.path)) return await looks.look({ url: source.path }, kind);
	return { unknown: 'a file_path of an earlier upload cannot be read' };
}
