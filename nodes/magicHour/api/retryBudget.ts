/** Repeats that each answer of a working service allows: so many requests at most are repeats, as a share. */
const SHARE = 0.1;

/** Repeats that are allowed at first, and saved up at most. */
const RESERVE = 2;

/**
 * Limits what is repeated after answers of a service that is down. A single failure is repeated by itself; where many
 * fail together the budget is used up, and repeating each of them would keep the service from coming back.
 */
export class RetryBudget {
	private left = RESERVE;

	/** The service has answered. */
	earn(): void {
		this.left = Math.min(RESERVE, this.left + SHARE);
	}

	/** @returns whether one more request may be repeated; false means that the service is taken to be down */
	spend(): boolean {
		if (this.left < 1) return false;
		this.left--;
		return true;
	}
}
