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
	const missing = itemCount - jobs.size;
	const notes = [
		missing === 1
			? 'The other one was not created, and costs nothing.'
			: `The other ${missing} were not created, and cost nothing.`,
		RETRY,
	];
	if (itemCount === 1) notes[0] = 'No job was created, and nothing was charged.';
	if (isTold) notes.unshift(`It asks to wait ${Math.ceil(asked)} seconds.`);
	return new Problem(
		`Magic Hour limits the rate: ${jobs.size} of ${itemCount} created, ${isTold ? 'and it asks for a long pause' : `then none for ${minutes}`}`,
		{ code: 'rate_limited', httpCode: 429, description: notes.join(' ') },
	);
}
