import type { LipSyncRequest } from '../nodes/magicHour/api/contract.ts';
import type { Media } from '../nodes/magicHour/media/media.ts';
import { Refusal } from './answer.cts';
import { changed, Job, type DownloadsOf, type FullPlan } from './jobs.cts';
import type { AddressSigner } from './signedAddress.cts';
import type { JobScript } from './types.cts';

export const RESULTS_PATH = '/storage/results/';

/** All jobs of an account, and what becomes of the next one. */
export class JobRegistry {
	readonly jobs: Job[] = [];
	script: JobScript;
	private readonly firstScript: JobScript;
	private readonly defaults: FullPlan;
	private readonly signer: AddressSigner;

	constructor(signer: AddressSigner, defaults: FullPlan, script: JobScript) {
		this.signer = signer;
		this.defaults = defaults;
		this.script = this.firstScript = script;
	}

	/** Credits that all jobs together have cost so far, refunds taken off. */
	get spent(): number {
		return this.jobs.reduce((sum, job) => sum + job.credits, 0);
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
		return job;
	}

	/** @throws Refusal 404 for an unknown job and for one that was deleted */
	get(id: string): Job {
		const job = this.jobs.find((candidate) => candidate.id === id && !candidate.deleted);
		if (!job) throw new Refusal(404);
		return job;
	}

	clear(): void {
		this.jobs.length = 0;
		this.script = this.firstScript;
	}
}
