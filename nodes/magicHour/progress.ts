import type { IExecuteFunctions } from 'n8n-workflow';

import type { ProjectStatus, VideoProject } from './api.types';

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
		const counts = new Map<ProjectStatus, number>();
		for (const status of this.statuses.values()) counts.set(status, (counts.get(status) ?? 0) + 1);
		const message = `Magic Hour: ${[...counts].map(([status, count]) => `${count} ${status}`).join(', ')}`;
		if (message === this.lastMessage || Date.now() - this.lastAt < MESSAGE_INTERVAL_MS) return;
		this.lastMessage = message;
		this.lastAt = Date.now();
		this.ctx.sendMessageToUI(message);
	}
}
