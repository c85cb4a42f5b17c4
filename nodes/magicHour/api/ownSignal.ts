import type { IHttpRequestOptions } from 'n8n-workflow';

/** Node.js warns of a leak when more than ten listen to a signal, so one listens for all that follow it. */
class Followed {
	private static readonly known = new WeakMap<AbortSignal, Followed>();
	private readonly followers = new Set<() => void>();
	private readonly abort = () => this.followers.forEach((follower) => follower());

	private constructor(private readonly signal: AbortSignal) {}

	static of(signal: AbortSignal): Followed {
		const followed = this.known.get(signal) ?? new Followed(signal);
		this.known.set(signal, followed);
		return followed;
	}

	add(follower: () => void): void {
		if (this.followers.size === 0) this.signal.addEventListener('abort', this.abort);
		this.followers.add(follower);
	}

	remove(follower: () => void): void {
		this.followers.delete(follower);
		if (this.followers.size === 0) this.signal.removeEventListener('abort', this.abort);
	}
}

/**
 * A signal of its own for one request. `AbortSignal.any` would do the same, but what it makes is kept by Node.js 20
 * for as long as the signal of the whole run.
 */
export class OwnSignal {
	private readonly own = new AbortController();
	private readonly followed: AbortSignal[];
	readonly abort = () => this.own.abort();

	/** @param signals with any of which it aborts */
	constructor(...signals: Array<IHttpRequestOptions['abortSignal']>) {
		this.followed = signals.filter((signal) => signal !== undefined) as AbortSignal[];
		for (const signal of this.followed) {
			Followed.of(signal).add(this.abort);
			if (signal.aborted) this.abort();
		}
	}

	get signal(): AbortSignal {
		return this.own.signal;
	}

	/** To be called when the request is over: it follows no signal any more. */
	readonly release = () => {
		for (const signal of this.followed) Followed.of(signal).remove(this.abort);
	};
}
