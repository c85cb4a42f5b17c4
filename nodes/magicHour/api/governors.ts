import { CLOCK } from './clock';
import { Governor } from './governor';
import type { Seat, SeatOptions } from './seat';

/** Those of this process, by account. */
const governors = new Map<string, Governor>();

/**
 * Gives a run its place at the governor of its account, which is forgotten once no run uses it.
 * @param account a digest of base URL and key
 * @returns the seat, which has to be left in the end
 */
export function takeSeat(account: string, options: SeatOptions): Seat {
	const governor =
		governors.get(account) ?? new Governor(CLOCK, Math.random, () => governors.delete(account));
	governors.set(account, governor);
	return governor.join(options);
}
