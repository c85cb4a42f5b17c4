import type { RateLimit, RecordedRequest } from '../../sandbox/index.cts';
import { EngineBed } from './engineBed.cts';

/**
 * Limits on requests, as Magic Hour has them and does not publish them. 15 requests in 20 seconds, at a tenth of the time:
 * the node's own pauses are those of its users, divided by ten as well.
 */
export const TIME_SCALE = 0.1;
export const LIMIT: RateLimit = { requests: 15, seconds: 20 * TIME_SCALE };

/** A bed whose node makes its pauses under limits shorter by {@link TIME_SCALE}. */
export async function startLimitedBed(): Promise<EngineBed> {
	const bed = await EngineBed.start();
	bed.shortenLimitPauses(TIME_SCALE);
	return bed;
}

export const refused = (requests: readonly RecordedRequest[]): RecordedRequest[] =>
	requests.filter(({ status }) => status === 429);
