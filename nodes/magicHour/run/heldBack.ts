import { RETRY } from '../advice';
import type { Failure } from '../api/failures';
import { Problem } from '../problem';
import type { RunContext } from './runContext';

/** For items that a rate limit did not let have their job while the run was ready to wait. */
export function heldBackForTooLong(run: RunContext, failure: Failure): Problem {
	const { itemCount, jobs, patienceMinutes } = run;
	const asked = failure.kind === 'refused' ? (failure.retryAfterSeconds ?? 0) : 0;
	const minutes = `${patienceMinutes} ${patienceMinutes === 1 ? 'minute' : 'minutes'}`;
	const isTold = asked > patienceMinutes * 60;
	const pause = isTold ? [`It asks to wait ${Math.ceil(asked)} seconds.`] : [];
	const what =
		itemCount === 1
			? 'No job was created, and nothing was charged.'
			: 'The items that it held back were not created, and cost nothing.';
	return new Problem(
		// When it asks for that, other items may still be on their way.
		isTold
			? 'Magic Hour limits the rate, and asks for a long pause'
			: `Magic Hour limits the rate: ${jobs.size} of ${itemCount} created, then none for ${minutes}`,
		{ code: 'rate_limited', httpCode: 429, description: [...pause, what, RETRY].join(' ') },
	);
}
