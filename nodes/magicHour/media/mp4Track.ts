import { Unreadable } from './byteSource';
import { isLength, type MediaKind } from './media';

/** What an MP4 file says of one of its tracks. */
export interface Mp4Track {
	id?: number;
	kind?: MediaKind;
	/** Ticks per second. */
	timescale?: number;
	/** Ticks, as the header of the track has it. */
	duration: number;
	/** Ticks of the movie that are shown, after edits. */
	shown?: number;
	/** From the table of samples, or from those of all fragments. */
	samples: number;
	/** Ticks of all samples. */
	ticks: number;
	/** Ticks of a sample, in fragments that do not say so themselves. */
	defaultTicks: number;
}

export const newTrack = (): Mp4Track => ({ duration: 0, samples: 0, ticks: 0, defaultTicks: 0 });

/**
 * @param movieTimescale ticks of the movie per second
 * @returns length and pictures per second of a track
 * @throws Unreadable where its numbers cannot be true
 */
export function trackFigures(track: Mp4Track, movieTimescale: number) {
	const ticks = track.ticks > 0 ? track.ticks : track.duration;
	const whole = ticks / (track.timescale ?? 0);
	if (!isLength(whole)) throw new Unreadable('the length it states cannot be true');
	const shown = (track.shown ?? 0) / movieTimescale;
	// Edits leave out a beginning or an end; what they add, such as a pause before, isn't part of the file's length.
	const seconds = shown > 0 && shown < whole ? shown : whole;
	return { seconds, fps: track.samples / whole };
}
