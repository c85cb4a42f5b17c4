import type { CostEstimate } from './estimate';
import { Problem } from './problem';

/**
 * Holds the estimates of all items of a run against the limit that was set for it.
 * @param maxCredits credits; undefined: no limit
 * @throws Problem that names both numbers, when they add up to more
 */
export function checkSpending(estimates: readonly CostEstimate[], maxCredits?: number): void {
	if (maxCredits === undefined) return;
	const total = estimates.reduce((sum, { estimated_credits }) => sum + estimated_credits, 0);
	if (total <= maxCredits) return;
	const items = estimates.length === 1 ? 'This item' : `These ${estimates.length} items`;
	throw new Problem(`${items} would cost ${total} credits, and Max Credits is ${maxCredits}`, {
		code: 'max_credits_exceeded',
		description:
			'Nothing was uploaded or created. Raise Max Credits, shorten the clips, set a lower Max FPS Limit, or run fewer items.',
	});
}
