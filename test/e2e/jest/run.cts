import type { N8nTarget } from '../../../n8n/versions.cts';

/** What the suites need to know of the n8n that was started for them. */
export interface Run {
	target: N8nTarget;
	url: string;
	/** The folder nodes may read and write files in. */
	files: string;
	log: string;
	userFolder: string;
}

/** Makes the run known to the suites, which jest loads in contexts of their own. */
export function shareRun(run: Run): void {
	process.env.N8N_E2E_RUN = JSON.stringify(run);
}

/** The run that the set-up started. */
export function currentRun(): Run {
	const run = process.env.N8N_E2E_RUN;
	if (!run) throw new Error('These suites need the set-up of jest.e2e.config.js.');
	return JSON.parse(run) as Run;
}
