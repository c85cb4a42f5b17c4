import { pauseUntil } from '../pause';

/**
 * The time that one try of a request has, from its start to the end of its answer. The timeout of n8n's request
 * helper counts silence alone: a server that sends a byte now and then could hold a request for ever.
 */
export class Deadline {
	private readonly request = new AbortController();
	private readonly clock = new AbortController();

	/** @param seconds from now */
	constructor(seconds: number) {
		void this.watch(Date.now() + seconds * 1000);
	}

	/** Aborts when time is up. */
	get signal(): AbortSignal {
		return this.request.signal;
	}

	/** To be called when the request is over: it may take as long as it likes then. */
	end(): void {
		this.clock.abort();
	}

	private async watch(moment: number): Promise<void> {
		await pauseUntil(() => moment, this.clock.signal);
		if (!this.clock.signal.aborted) this.request.abort();
	}
}
