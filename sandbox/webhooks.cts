import { createHmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import axios from 'axios';

import {
	SIGNATURE_HEADER,
	TIMESTAMP_HEADER,
	type WebhookDelivery,
} from '../nodes/magicHour/api/contract.ts';
import type { Job } from './jobs.cts';
import type { WebhookOptions } from './types.cts';

/** Seconds: how long an answer may take, the longest pause, and when a delivery is given up. */
const LIMITS = { answer: 10, pause: 60 * 60, delivery: 24 * 60 * 60 };

/** The longest a timer of Node.js can run, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * The vendor's signature: hex HMAC-SHA256 over `<timestamp>.<raw body>` (docs.magichour.ai, webhook reference).
 * @param timestampSeconds seconds since the epoch, as in the header beside it
 */
export function signDelivery(
	secret: string,
	timestampSeconds: number | string,
	rawBody: string | Buffer,
): string {
	return createHmac('sha256', secret).update(`${timestampSeconds}.`).update(rawBody).digest('hex');
}

/** Sends the events of jobs to one address, each until it is answered with a 2xx. */
export class Webhooks {
	private readonly options: WebhookOptions;
	private readonly log: (line: string) => void;
	private readonly timers = new Map<Job, NodeJS.Timeout[]>();
	private readonly started = new WeakSet<Job>();
	private stopped = new AbortController();

	/** @throws Error when the address is not one of this machine */
	constructor(options: WebhookOptions, log: (line: string) => void) {
		demandLoopback(options.url);
		this.options = options;
		this.log = log;
	}

	/** Follows a job; called again when its times have changed. */
	watch(job: Job): void {
		this.timers.get(job)?.forEach((timer) => clearTimeout(timer));
		this.timers.set(job, [
			this.at(job.startsAt, () => this.announceStart(job)),
			this.at(job.endsAt, () => this.announceEnd(job)),
		]);
	}

	/** Forgets all jobs and breaks off what is being sent. */
	stop(): void {
		for (const timers of this.timers.values()) timers.forEach((timer) => clearTimeout(timer));
		this.timers.clear();
		this.stopped.abort();
		this.stopped = new AbortController();
	}

	private at(moment: number, act: () => void): NodeJS.Timeout {
		const milliseconds = Math.max(0, moment - Date.now());
		return setTimeout(act, Math.min(milliseconds, LONGEST_TIMER));
	}

	private announceStart(job: Job): void {
		if (job.deleted || job.plan.outcome === 'canceled' || this.started.has(job)) return;
		this.started.add(job);
		void this.deliver({ type: 'video.started', payload: job.projectAs('rendering') });
	}

	private announceEnd(job: Job): void {
		this.timers.delete(job);
		const { outcome } = job.plan;
		if (job.deleted || outcome === 'canceled' || outcome === 'never') return;
		void this.deliver({
			type: outcome === 'complete' ? 'video.completed' : 'video.errored',
			payload: job.projectAs(outcome),
		});
	}

	/** Repeats with a doubling pause, for 24 hours at most, as the vendor says it does. */
	private async deliver(delivery: WebhookDelivery): Promise<void> {
		const { signal } = this.stopped;
		const rawBody = Buffer.from(JSON.stringify(delivery));
		const giveUpAt = Date.now() + LIMITS.delivery * 1000;
		let seconds = this.options.firstRetrySeconds ?? 1;
		for (;;) {
			const result = await this.post(rawBody, signal);
			if (signal.aborted) return;
			const what = `webhook ${delivery.type} ${delivery.payload.id} → ${result}`;
			if (typeof result === 'number' && result >= 200 && result < 300) return this.log(what);
			if (Date.now() + seconds * 1000 > giveUpAt) return this.log(`${what}, given up`);
			this.log(`${what}, again in ${seconds} s`);
			await pause(seconds * 1000, undefined, { signal }).catch(() => undefined);
			if (signal.aborted) return;
			seconds = Math.min(seconds * 2, LIMITS.pause);
		}
	}

	/** @returns the status of the answer, or the code of what went wrong */
	private async post(rawBody: Buffer, signal: AbortSignal): Promise<number | string> {
		const timestamp = Math.floor(Date.now() / 1000);
		try {
			const { status } = await axios.post(this.options.url, rawBody, {
				headers: {
					'content-type': 'application/json',
					[SIGNATURE_HEADER]: signDelivery(this.options.secret, timestamp, rawBody),
					[TIMESTAMP_HEADER]: String(timestamp),
				},
				signal,
				timeout: LIMITS.answer * 1000,
				maxRedirects: 0,
				proxy: false,
				validateStatus: () => true,
			});
			return status;
		} catch (error) {
			return axios.isAxiosError(error) && error.code ? error.code : String(error);
		}
	}
}

function demandLoopback(url: string): void {
	const host = URL.canParse(url) ? new URL(url).hostname : '';
	if (!/^(localhost|127(\.\d+){3}|\[::1\])$/.test(host)) {
		throw new Error(
			`sandbox: a webhook address must be on this machine, such as http://localhost:5678/webhook/…; '${url}' is not`,
		);
	}
}
