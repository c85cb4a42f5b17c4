import { statSync } from 'node:fs';

import { startSandbox, type Sandbox } from '../sandbox/index.cts';
import { bytesInWords } from './bytes.cts';
import type { StartOptions } from './options.cts';

/** Who takes the part of Magic Hour. */
export interface Service {
	/** Who it is and what that means, in one line. */
	introduction: string;
	/** How often the node is to ask for the status of a job, in seconds; undefined: its default. */
	pollInterval?: number;
	credential: { apiKey: string; baseUrl: string };
	/** What is going on there, as far as it can be seen from here. */
	activity(): string | undefined;
	close(): Promise<void>;
}

/** The sandbox on this machine, or Magic Hour itself where there is an API key. */
export async function openService(options: StartOptions): Promise<Service> {
	const { apiKey, baseUrl } = options;
	return apiKey === undefined ? await openSandbox(options) : magicHour(apiKey, baseUrl);
}

const magicHour = (apiKey: string, baseUrl: string): Service => ({
	introduction: `Magic Hour at ${baseUrl}: this costs credits`,
	credential: { apiKey, baseUrl },
	activity: () => undefined,
	close: async () => {},
});

async function openSandbox({ video, audio }: StartOptions): Promise<Service> {
	const bytes = statSync(video).size + statSync(audio).size;
	const sandbox = await startSandbox({ queueSeconds: 0.8, renderSeconds: 2.5 });
	return {
		introduction: `sandbox at ${sandbox.url}: nothing is paid, and the result is always the sample video (MAGIC_HOUR_API_KEY is not set)`,
		pollInterval: 0.5,
		credential: { apiKey: sandbox.apiKey, baseUrl: sandbox.url },
		activity: () => activityOf(sandbox, bytes),
		close: async () => await sandbox.close(),
	};
}

function activityOf(sandbox: Sandbox, totalBytes: number): string | undefined {
	const arrived = sandbox.requestsTo('upload').reduce((sum, { bytes }) => sum + bytes, 0);
	if (arrived === 0) return undefined;
	if (sandbox.jobs.length === 0) {
		return `sandbox: ${bytesInWords(arrived)} of ${bytesInWords(totalBytes)} uploaded`;
	}
	const counts = new Map<string, number>();
	for (const { project } of sandbox.jobs) {
		counts.set(project.status, (counts.get(project.status) ?? 0) + 1);
	}
	const statuses = [...counts].map(([status, count]) => `${count} ${status}`).join(', ');
	return `sandbox: ${bytesInWords(arrived)} uploaded, jobs: ${statuses}`;
}
