import type { CostEstimate } from './estimate';
import { Problem } from '../problem';

/** What a run is going to spend, and what its order has cost so far. */
export interface Spending {
	/** Of the items that have no job yet. */
	estimates: ReadonlyArray<Pick<CostEstimate, 'estimated_credits'>>;
	/** Credits that earlier tries have paid, and that were not refunded. */
	spent: number;
}

/**
 * Holds what all tries of an order cost together against the limit that was set for it.
 * @param maxCredits credits; undefined: no limit
 * @param nothingDone what a person is told of the items that are not paid for
 * @throws Problem that names both numbers, when it is more
 */
export function checkSpending(
	{ estimates, spent }: Spending,
	maxCredits?: number,
	nothingDone = 'Nothing was uploaded or created.',
): void {
	// Without a new job there is nothing to stop.
	if (maxCredits === undefined || estimates.length === 0) return;
	const total = estimates.reduce((sum, { estimated_credits }) => sum + estimated_credits, 0);
	if (spent + total <= maxCredits) return;
	const items = estimates.length === 1 ? 'This item' : `These ${estimates.length} items`;
	const before = spent === 0 ? '' : `, ${spent} were spent before`;
	throw new Problem(
		`${items} would cost ${total} credits${before}, and Max Credits is ${maxCredits}`,
		{
			code: 'max_credits_exceeded',
			description: `${nothingDone} Raise Max Credits, shorten the clips, set a lower Max FPS Limit, or run fewer items.`,
		},
	);
}
