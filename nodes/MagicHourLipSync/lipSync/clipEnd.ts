import { Problem } from '../../magicHour/problem';
import { known, type Looked } from '../../magicHour/media/readMedia';
import type { Clip } from './clipFields';

/** What was found out about the files of an item; undefined where nobody looked. */
export interface Lengths {
	audio?: Looked;
	video?: Looked;
}

/** Seconds. So much of the speech may lie beyond the end of the video: encoders add some silence. */
const MAY_BE_CUT_OFF = 0.5;

/**
 * The second of the video at which the clip ends, cut to milliseconds.
 * @throws Problem when a length that is needed is not known, or the clip does not fit into the video
 */
export function clipEnd({ end, startSeconds }: Clip, lengths: Lengths): number {
	const video = known(lengths.video)?.seconds;
	if (video !== undefined && startSeconds >= video) {
		throw new Problem(
			`Start (Seconds) is ${startSeconds}, but the video is only ${shown(video)} seconds long`,
			{ description: `Nothing was uploaded or created. Enter a start before the video's end.` },
		);
	}
	switch (end.at) {
		case 'seconds':
			return end.second;
		case 'video':
			return milliseconds(needed('video', lengths.video));
		case 'shorter': {
			const spoken = startSeconds + needed('audio', lengths.audio);
			return milliseconds(Math.min(spoken, video ?? Infinity));
		}
		case 'audio': {
			const audio = needed('audio', lengths.audio);
			if (video !== undefined && startSeconds + audio > video + MAY_BE_CUT_OFF) {
				throw cutOff(audio, video, startSeconds);
			}
			return milliseconds(startSeconds + audio);
		}
	}
}

function needed(part: 'audio' | 'video', looked: Looked | undefined): number {
	if (looked !== undefined && 'seconds' in looked) return looked.seconds;
	const reason = looked === undefined ? '' : `: ${looked.unknown}`;
	throw new Problem(`The length of the ${part} is not known${reason}`, {
		description:
			looked?.address === undefined
				? 'Nothing was uploaded or created. Set Clip Ends to “At a Given Second” and enter the end, or use a file or a web address whose length can be read.'
				: `Check the address “${looked.address.slice(0, 200)}”. It must open without a login. Nothing was uploaded or created. If only Magic Hour can open it, set Clip Ends to “At a Given Second” and enter the end.`,
	});
}

function cutOff(audio: number, video: number, startSeconds: number): Problem {
	const rest = startSeconds === 0 ? '' : `, of which ${shown(video - startSeconds)} are left`;
	return new Problem(
		`The speech would be cut off: the audio has ${shown(audio)} seconds, the video ${shown(video)}${rest}`,
		{
			description:
				'Nothing was uploaded or created. Use a longer video or shorter audio, or set Clip Ends to “When the Shorter One Ends”.',
		},
	);
}

const shown = (seconds: number) => String(Number(seconds.toFixed(2)));

/** A little is added because 2.3 seconds are 2299.9999999999995 milliseconds in binary fractions. */
const milliseconds = (seconds: number) => Math.floor(seconds * 1000 + 1e-6) / 1000;
