import type { GenerationMode } from '../api/contract';

/** Credits per rendered frame (magichour.ai API reference, `style.generation_mode`). */
export const CREDITS_PER_FRAME: Record<GenerationMode, number> = { lite: 1, standard: 1, pro: 2 };

/** Frames per second that are counted where neither the video's nor a `max_fps_limit` is known; few have more. */
export const ASSUMED_FPS = 30;

export interface CostInput {
	startSeconds: number;
	endSeconds: number;
	generationMode: GenerationMode;
	maxFpsLimit?: number;
	/** What was read of the video, as far as it could be. */
	video?: { seconds: number; fps?: number };
}

/** What a job would cost; the keys are part of the output of `lipSync: estimate`. */
export interface CostEstimate {
	estimated_credits: number;
	frames: number;
	fps: number;
	seconds: number;
	credits_per_frame: number;
	/** Whether length and frame rate are those of the video, and not assumed. */
	measured: boolean;
}

/**
 * The credits a job would cost: Magic Hour charges the frames it renders. Where the video's frame rate is not known,
 * it is what a video of 30 fps, or of the limit, would cost.
 */
export function estimateCost(input: CostInput): CostEstimate {
	const { video, maxFpsLimit = Infinity } = input;
	const videoFps = video?.fps ?? (maxFpsLimit === Infinity ? ASSUMED_FPS : maxFpsLimit);
	const fps = Math.min(videoFps, maxFpsLimit);
	const end = Math.min(input.endSeconds, video?.seconds ?? Infinity);
	// Binary fractions make 0.4 - 0.1 a hair more than 0.3, which would round up to a frame too many.
	const seconds = Number((end - input.startSeconds).toFixed(6));
	const frames = Math.ceil(Number((seconds * fps).toFixed(3)));
	const credits_per_frame = CREDITS_PER_FRAME[input.generationMode];
	return {
		estimated_credits: frames * credits_per_frame,
		frames,
		fps: Number(fps.toFixed(3)),
		seconds,
		credits_per_frame,
		measured: video?.fps !== undefined,
	};
}
