import type { GenerationMode, LipSyncRequest } from '../nodes/magicHour/api/contract.ts';

/**
 * What the vendor charges, worked out apart from the node's own estimate so that the tests compare two things.
 * Source: the API reference, `style.generation_mode` and `credits_charged`.
 */
const CREDITS_PER_FRAME: Record<GenerationMode, number> = { lite: 1, standard: 1, pro: 2 };

/** Frames per second the output will have. */
export const outputFps = ({ max_fps_limit }: LipSyncRequest, inputFps: number): number =>
	Math.min(max_fps_limit ?? inputFps, inputFps);

/**
 * Credits for rendering a video of so many frames per second.
 * @param inputSeconds the length of the video, where it is known: there are no frames after its end
 */
export function cost(request: LipSyncRequest, inputFps: number, inputSeconds = Infinity): number {
	const length = Math.min(request.end_seconds, inputSeconds) - request.start_seconds;
	// Rounded first, because 0.4 - 0.1 is a hair more than 0.3 and would cost a frame too many.
	const microseconds = Math.round(length * 1e6);
	const frames = Math.ceil(
		Number(((microseconds / 1e6) * outputFps(request, inputFps)).toFixed(3)),
	);
	return frames * CREDITS_PER_FRAME[request.style?.generation_mode ?? 'lite'];
}
