import { downloadResults } from '../files/downloads';
import { projectOutput } from '../jobs/project';
import { waitUntilComplete, type WaitOptions } from '../jobs/wait';
import type { ItemOutput } from './operation';
import type { RunContext } from './runContext';

/** What a wait needs to know of an item. */
export interface WaitPlan {
	timeoutMinutes: number;
	pollInterval: number;
	simplify: boolean;
	/** The binary field; undefined where the result is not to be downloaded. */
	downloadTo?: string;
}

/**
 * Waits for a job and gives the finished project, with its results where they are wanted.
 * @param known when the job was made, and who wants to hear of its statuses
 * @throws Problem with the job's id
 */
export async function awaitedOutput(
	id: string,
	plan: WaitPlan,
	run: RunContext,
	known: Pick<WaitOptions, 'createdAt' | 'onStatus'> = {},
): Promise<ItemOutput> {
	const { downloads, progress } = run;
	const onStatus: WaitOptions['onStatus'] = (project) => {
		progress.update(project);
		known.onStatus?.(project);
	};
	const options = { ...plan, createdAt: known.createdAt, onStatus };
	const project = await waitUntilComplete(id, options, run);
	const json = projectOutput(project, plan);
	const { downloadTo } = plan;
	if (downloadTo === undefined) return { json };
	const binary = await downloads(async () => downloadResults(project, downloadTo, run));
	return { json, binary };
}
