import type { Endpoint, Fault, FaultChoice, RecordedRequest } from './types.cts';

/** The faults that were asked for and have not been used up. */
export class Faults {
	private waiting: Array<{ fault: Fault; skip: number; times: number }> = [];

	/** Asked before the waiting ones. */
	choice?: FaultChoice;

	get pending(): readonly Fault[] {
		return this.waiting.map(({ fault, skip, times }) => ({ ...fault, skip, times }));
	}

	add(fault: Fault): void {
		this.waiting.push({ fault, skip: fault.skip ?? 0, times: fault.times ?? 1 });
	}

	/** The fault that hits this request, if any; it counts as one of its times. */
	take(request: RecordedRequest): Fault | undefined {
		const chosen = this.choice?.(request);
		if (chosen) return { ...chosen, on: request.endpoint as Endpoint };
		for (const entry of this.waiting) {
			const { fault } = entry;
			if (fault.on !== request.endpoint || fault.match?.(request) === false) continue;
			if (entry.skip > 0) {
				entry.skip--;
				continue;
			}
			entry.times--;
			this.waiting = this.waiting.filter(({ times }) => times > 0);
			return fault;
		}
		return undefined;
	}

	clear(): void {
		this.waiting = [];
		this.choice = undefined;
	}
}
