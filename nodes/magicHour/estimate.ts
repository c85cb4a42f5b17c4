import type { GenerationMode } from './api.types';

/** Credits per rendered frame (magichour.ai API reference, `style.generation_mode`). */
export const CREDITS_PER_FRAME: Record<GenerationMode, number> = { lite: 1, standard: 1, pro: 2 };

/** Frames per second that are reckoned with where no `max_fps_limit` is set; few videos have more. */
export const ASSUMED_FPS = 30;

export interface CostInput {
	startSeconds: number;
	endSeconds: number;
	generationMode: GenerationMode;
	maxFpsLimit?: number;
}

/** What a job would cost; the keys are the output of `lipSync: estimate`. */
export interface CostEstimate {
	estimated_credits: number;
	frames: number;
	fps: number;
	seconds: number;
	credits_per_frame: number;
}

/**
 * The credits a job would cost at most: a video with fewer frames per second costs less, because Magic Hour
 * charges the frames it renders.
 */
export function estimateCost(input: CostInput): CostEstimate {
	const fps = input.maxFpsLimit ?? ASSUMED_FPS;
	// Binary fractions make 0.4 - 0.1 a hair more than 0.3, which would round up to a frame too many.
	const seconds = Number((input.endSeconds - input.startSeconds).toFixed(6));
	const frames = Math.ceil(Number((seconds * fps).toFixed(6)));
	const credits_per_frame = CREDITS_PER_FRAME[input.generationMode];
	return { estimated_credits: frames * credits_per_frame, frames, fps, seconds, credits_per_frame };
}
