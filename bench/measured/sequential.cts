import { setTimeout as pause } from 'node:timers/promises';

import { serve } from './serve.cts';

export interface SequentialTask {
	baseUrl: string;
	apiKey: string;
	jobs: number;
	/** Seconds between two status checks. */
	pollInterval: number;
	body: unknown;
}

serve<SequentialTask, number>(async ({ baseUrl, apiKey, jobs, pollInterval, body }) => {
	const call = async (path: string, init: RequestInit = {}) => {
		const response = await fetch(`${baseUrl}${path}`, {
			...init,
			headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
		});
		return (await response.json()) as { id: string; status: string };
	};
	const oneAfterTheOther = async (count: number) => {
		for (let job = 0; job < count; job++) {
			const { id } = await call('/v1/lip-sync', { method: 'POST', body: JSON.stringify(body) });
			let status = 'queued';
			while (status !== 'complete') {
				await pause(pollInterval * 1000);
				({ status } = await call(`/v1/video-projects/${id}`));
			}
		}
		return count;
	};
	return {
		warmUp: async () => await oneAfterTheOther(1),
		run: async () => await oneAfterTheOther(jobs),
	};
});
