import type { LipSyncRequest } from '../nodes/magicHour/api/contract.ts';
import type { Media } from '../nodes/magicHour/media/media.ts';
import { Refusal } from './answer.cts';
import { changed, Job, type DownloadsOf, type FullPlan } from './jobs.cts';
import type { AddressSigner } from './signedAddress.cts';
import type { JobPlan, JobScript } from './types.cts';

export const RESULTS_PATH = '/storage/results/';

/** All jobs of an account, and what becomes of the next one. */
export class JobRegistry {
	readonly jobs: Job[] = [];
	script: JobScript;
	private readonly firstScript: JobScript;
	private readonly defaults: FullPlan;
	private readonly signer: AddressSigner;
	/** By id. */
	private readonly known = new Map<string, Job>();
	/** Jobs that have not ended, with the credits that each is charged until then. */
	private readonly open = new Map<Job, number>();
	private creditsOfOpen = 0;
	private creditsOfEnded = 0;
	/** Milliseconds since the epoch: before it, none of the open ones ends. */
	private nextEnd = Infinity;

	constructor(signer: AddressSigner, defaults: FullPlan, script: JobScript) {
		this.signer = signer;
		this.defaults = defaults;
		this.script = this.firstScript = script;
	}

	/** Credits that all jobs together have cost so far, refunds taken off. */
	get spent(): number {
		if (Date.now() >= this.nextEnd) this.settle();
		return this.creditsOfOpen + this.creditsOfEnded;
	}

	/** With thousands of jobs, they are gone through only when one has ended. */
	private settle(): void {
		this.nextEnd = Infinity;
		for (const [job, credits] of this.open) {
			if (job.finishedAt === undefined) {
				this.nextEnd = Math.min(this.nextEnd, job.endsAt);
				continue;
			}
			this.open.delete(job);
			this.creditsOfOpen -= credits;
			this.creditsOfEnded += job.credits;
		}
	}

	/** @param video what is known of its input */
	create(request: LipSyncRequest, video: Media | undefined): Job {
		const plan = changed(this.defaults, this.script(request, this.jobs.length));
		const downloadsOf: DownloadsOf = ({ id, plan: { downloads, downloadValiditySeconds } }) =>
			Array.from({ length: downloads }, (_, index) =>
				this.signer.sign(
					'GET',
					`${RESULTS_PATH}${id}/${index}/output.mp4`,
					downloadValiditySeconds,
				),
			);
		const job = new Job({ request, plan, video, downloadsOf });
		this.jobs.push(job);
		this.known.set(job.id, job);
		const { credits } = job;
		this.open.set(job, credits);
		this.creditsOfOpen += credits;
		this.nextEnd = Math.min(this.nextEnd, job.endsAt);
		return job;
	}

	/**
	 * Ends a job now.
	 * @throws Error for an unknown job, and for one that has ended already
	 */
	finish(id: string, change: Partial<JobPlan>): Job {
		const job = this.known.get(id);
		if (!job) throw new Error(`sandbox: there is no job ${id}`);
		job.finish(change);
		this.nextEnd = 0;
		return job;
	}

	/** @throws Refusal 404 for an unknown job and for one that was deleted */
	get(id: string): Job {
		const job = this.known.get(id);
		if (!job || job.deleted) throw new Refusal(404);
		return job;
	}

	clear(): void {
		this.jobs.length = 0;
		this.known.clear();
		this.open.clear();
		this.creditsOfOpen = this.creditsOfEnded = 0;
		this.nextEnd = Infinity;
		this.script = this.firstScript;
	}
}
