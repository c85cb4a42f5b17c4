import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type {
	LipSyncRequest,
	ProjectStatus,
	VideoProject,
} from '../nodes/magicHour/api/contract.ts';
import type { Media } from '../nodes/magicHour/media/media.ts';
import { cost, outputFps } from './credits.cts';
import { newId } from './ids.cts';
import type { JobPlan, SandboxJob } from './types.cts';

/** Frames per second a video is taken to have until it is rendered. */
export const ESTIMATED_FPS = 30;

const SAMPLE = { path: join(__dirname, '../samples/talking-head.mp4'), width: 640, height: 360 };

/** A plan that leaves nothing open but the frame rate, which the video itself may say. */
export type FullPlan = Required<Omit<JobPlan, 'fps'>> & { fps: number | undefined };

/** What becomes of a job whose script says nothing. */
export const DEFAULT_PLAN: FullPlan = {
	outcome: 'complete',
	queueSeconds: 0.1,
	renderSeconds: 1,
	error: { code: 'no_source_face', message: 'Please use a video with a detectable face' },
	downloads: 1,
	fps: undefined,
	result: readFileSync(SAMPLE.path),
	downloadValiditySeconds: 24 * 60 * 60,
};

/** A plan with changes; what is undefined in them changes nothing. */
export function changed(plan: FullPlan, changes: Partial<JobPlan>): FullPlan {
	const said = Object.entries(changes).filter(([, value]) => value !== undefined);
	return { ...plan, ...Object.fromEntries(said) };
}

/** Makes the addresses of a job's files; called for every answer. */
export type DownloadsOf = (job: Job) => VideoProject['downloads'];

interface JobParts {
	request: LipSyncRequest;
	plan: FullPlan;
	/** What is known of the input video. */
	video: Media | undefined;
	downloadsOf: DownloadsOf;
}

/**
 * One job. Nothing drives it: its status, its charge and its refund follow from the clock, so that what two
 * requests see can never contradict each other.
 */
export class Job implements SandboxJob {
	readonly id = newId();
	readonly request: LipSyncRequest;
	readonly createdAt = Date.now();
	plan: FullPlan;
	deleted = false;
	/** Milliseconds since the epoch. */
	startsAt: number;
	endsAt: number;
	private readonly video: Media | undefined;
	private readonly downloadsOf: DownloadsOf;

	constructor({ request, plan, video, downloadsOf }: JobParts) {
		this.request = request;
		this.plan = plan;
		this.video = video;
		this.downloadsOf = downloadsOf;
		this.startsAt = this.createdAt + plan.queueSeconds * 1000;
		this.endsAt = plan.outcome === 'never' ? Infinity : this.startsAt + plan.renderSeconds * 1000;
	}

	get project(): VideoProject {
		return this.projectAs(this.status);
	}

	get finishedAt(): number | undefined {
		return this.endsAt <= Date.now() ? this.endsAt : undefined;
	}

	get credits(): number {
		return this.creditsAs(this.status);
	}

	/** @throws Error when it has ended already */
	finish(changes: Partial<JobPlan>): void {
		const now = Date.now();
		if (this.endsAt <= now) throw new Error(`sandbox: job ${this.id} has ended already`);
		this.plan = changed(this.plan, changes);
		if (this.plan.outcome === 'never') this.plan.outcome = 'complete';
		this.startsAt = Math.min(this.startsAt, now);
		this.endsAt = now;
	}

	/** What the API says about it while it has that status. */
	projectAs(status: ProjectStatus): VideoProject {
		const complete = status === 'complete';
		const created_at = new Date(this.createdAt).toISOString();
		return {
			id: this.id,
			name: this.request.name ?? `Lip Sync - ${created_at}`,
			status,
			type: 'LIP_SYNC',
			created_at,
			width: complete ? SAMPLE.width : -1,
			height: complete ? SAMPLE.height : -1,
			enabled: !this.deleted,
			start_seconds: this.request.start_seconds,
			end_seconds: this.request.end_seconds,
			credits_charged: this.creditsAs(status),
			fps: outputFps(this.request, complete ? this.inputFps : ESTIMATED_FPS),
			error: status === 'error' ? this.plan.error : null,
			downloads: complete ? this.downloadsOf(this) : [],
		};
	}

	/** Of the input video. */
	private get inputFps(): number {
		return this.plan.fps ?? this.video?.fps ?? ESTIMATED_FPS;
	}

	private get status(): ProjectStatus {
		const now = Date.now();
		if (now < this.startsAt) return 'queued';
		if (now < this.endsAt || this.plan.outcome === 'never') return 'rendering';
		return this.plan.outcome;
	}

	/** An estimate until the video is rendered, then the frames it has; nothing for a job without a result. */
	private creditsAs(status: ProjectStatus): number {
		if (status === 'error' || status === 'canceled') return 0;
		if (status !== 'complete') return cost(this.request, ESTIMATED_FPS);
		return cost(this.request, this.inputFps, this.video?.seconds);
	}
}
