import type { IExecuteFunctions } from 'n8n-workflow';

import type { ProjectStatus, VideoProject } from '../api/contract';

/** Milliseconds between two messages to the editor. */
const MESSAGE_INTERVAL_MS = 5000;

/** Tells the editor's console how far a batch is, while it is being waited for in a manual run. */
export class Progress {
	private readonly statuses = new Map<string, ProjectStatus>();
	private lastMessage = '';
	private lastAt = 0;

	constructor(private readonly ctx: IExecuteFunctions) {}

	/** A job that exists and whose status was not asked for yet. */
	expect(id: string): void {
		this.statuses.set(id, 'queued');
	}

	/** @param project as the API has just reported it */
	update(project: VideoProject): void {
		this.statuses.set(project.id, project.status);
		// To count thousands of jobs at each of thousands of checks would take more time than the checks.
		if (!this.isDue) return;
		const counts = new Map<ProjectStatus, number>();
		for (const status of this.statuses.values()) counts.set(status, (counts.get(status) ?? 0) + 1);
		this.tell(
			`Magic Hour: ${[...counts].map(([status, count]) => `${count} ${status}`).join(', ')}`,
		);
	}

	/** @param perMinute creations that get through; undefined as long as that is not known */
	tellLimit({ created, items, perMinute }: LimitedBatch): void {
		const rate =
			perMinute === undefined
				? 'waiting until it lets more through'
				: `continuing at ${perMinute < 10 ? perMinute.toFixed(1) : perMinute.toFixed(0)} per minute`;
		this.tell(`Magic Hour limits the rate: ${created} of ${items} created, ${rate}`);
	}

	private get isDue(): boolean {
		return Date.now() - this.lastAt >= MESSAGE_INTERVAL_MS;
	}

	private tell(message: string): void {
		if (message === this.lastMessage || !this.isDue) return;
		this.lastMessage = message;
		this.lastAt = Date.now();
		this.ctx.sendMessageToUI(message);
	}
}

/** A batch whose creations are held back. */
interface LimitedBatch {
	created: number;
	items: number;
	perMinute: number | undefined;
}
