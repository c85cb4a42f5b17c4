import { pauseUntil } from '../pause';

/** The time in milliseconds, and a way to wait for a moment that may change. */
export interface Clock {
	now(): number;
	/** Resolves as soon as the moment has come, or soon after `signal` aborts. */
	pauseUntil(moment: () => number, signal: AbortSignal): Promise<void>;
}

/** That of this machine. */
export const CLOCK: Clock = { now: () => Date.now(), pauseUntil };
