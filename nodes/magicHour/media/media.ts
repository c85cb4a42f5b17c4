import { Unreadable } from './byteSource';

/** What a file is used for: of one with picture and sound, the length of that part counts. */
export type MediaKind = 'video' | 'audio';

/** What is known of a file of sound or moving pictures. */
export interface Media {
	/** Length. */
	seconds: number;
	/** Pictures ÷ seconds of the video; undefined where there is none, or the rate cannot be known. */
	fps?: number;
}

/** Seconds. What claims to be longer than a month is broken. */
const LONGEST = 31 * 24 * 3600;
export const isLength = (seconds: number): boolean => seconds > 0 && seconds <= LONGEST;

/** Frames per second that cameras and programs come up with. */
const HIGHEST_FPS = 1000;

/**
 * The last step of each reader.
 * @param frames pictures of the video, where there is one and all were counted
 * @throws Unreadable where that cannot be true
 */
export function media(seconds: number, frames?: number): Media {
	if (!isLength(seconds)) throw new Unreadable('the length it states cannot be true');
	const fps = frames === undefined ? undefined : frames / seconds;
	return fps !== undefined && fps > 0 && fps <= HIGHEST_FPS ? { seconds, fps } : { seconds };
}
