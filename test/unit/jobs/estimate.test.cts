import fc from 'fast-check';

import { GENERATION_MODES } from '../../../nodes/magicHour/api/contract.ts';
import { estimateCost, type CostInput } from '../../../nodes/magicHour/jobs/estimate.ts';
import { cost } from '../../../sandbox/credits.cts';

const clip = (more: Partial<CostInput>) =>
	estimateCost({ startSeconds: 0, endSeconds: 15, generationMode: 'lite', ...more });

describe('what a job would cost', () => {
	const TABLE: Array<[what: string, input: Partial<CostInput>, credits: number]> = [
		['15 seconds at 30 frames a second', {}, 450],
		['Standard costs as much as Lite', { generationMode: 'standard' }, 450],
		['Pro costs twice as much', { generationMode: 'pro' }, 900],
		['fewer frames cost less', { maxFpsLimit: 12 }, 180],
		['more frames cost more', { maxFpsLimit: 60 }, 900],
		['only the time between start and end counts', { startSeconds: 10 }, 150],
		['a frame that is begun is paid', { endSeconds: 0.11 }, 4],
		['a frame that is begun is paid by Pro', { endSeconds: 0.11, generationMode: 'pro' }, 8],
		['a frame rate may have a fraction', { endSeconds: 10, maxFpsLimit: 23.976 }, 240],
		// 0.4 - 0.1 is 0.30000000000000004.
		['binary fractions cost nothing', { startSeconds: 0.1, endSeconds: 0.4 }, 9],
	];
	it.each(TABLE)('%s: %j', (_, input, credits) => {
		expect(clip(input).estimated_credits).toBe(credits);
	});

	it('is given with what it was worked out from', () => {
		expect(clip({ startSeconds: 2.5, maxFpsLimit: 12, generationMode: 'pro' })).toStrictEqual({
			estimated_credits: 300,
			frames: 150,
			fps: 12,
			measured: false,
			seconds: 12.5,
			credits_per_frame: 2,
		});
	});

	const thousandths = (min: number, max: number) =>
		fc.integer({ min: min * 1000, max: max * 1000 }).map((count) => count / 1000);
	const inputs = fc
		.record({
			startSeconds: thousandths(0, 600),
			length: thousandths(0.1, 600),
			generationMode: fc.constantFrom(...GENERATION_MODES),
			maxFpsLimit: fc.option(thousandths(1, 120), { nil: undefined }),
		})
		.map(({ length, ...input }) => ({ ...input, endSeconds: input.startSeconds + length }));

	it('is what the API charges for a video that has that many frames a second', () => {
		fc.assert(
			fc.property(inputs, (input) => {
				const charged = cost(
					{
						start_seconds: input.startSeconds,
						end_seconds: input.endSeconds,
						max_fps_limit: input.maxFpsLimit,
						assets: { audio_file_path: '', video_source: 'file' },
						style: { generation_mode: input.generationMode },
					},
					input.maxFpsLimit ?? 30,
				);
				expect(estimateCost(input).estimated_credits).toBe(charged);
			}),
		);
	});

	it('is a whole number, and never less than the frames of the clip', () => {
		fc.assert(
			fc.property(inputs, (input) => {
				const { estimated_credits, frames, fps } = estimateCost(input);
				const exact = (input.endSeconds - input.startSeconds) * fps;
				expect(Number.isInteger(estimated_credits)).toBe(true);
				expect(frames).toBeGreaterThan(exact - 1e-3);
				expect(frames).toBeLessThan(exact + 1);
			}),
		);
	});
});
