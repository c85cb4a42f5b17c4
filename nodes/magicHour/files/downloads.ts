import type { IBinaryData, IBinaryKeyData, IExecuteFunctions } from 'n8n-workflow';

import { LIBRARY_PAGE, requestProblem } from '../api/requestProblem';
import type { VideoProject } from '../api/contract';
import type { MagicHourClient } from '../api/client';
import type { ExecutionMemory } from '../jobs/memory';
import { sendWithRetries } from '../api/sendWithRetries';
import { SIZE_LIMITS } from '../api/sizeLimits';
import { ReadAhead } from './readAhead';
import { resultFileName, resultMimeType } from './resultFile';
import { isStorageAddress } from './storageAddress';
import { Problem } from '../problem';
import { connectionFailure } from '../api/failures';
import { callStorage, type Answer } from '../api/transport';

/** Content types of pages and messages, which a proxy or a storage may answer in the place of a file. */
const NO_FILE = /^(text\/|application\/(json|xml|problem\+json))/i;

/** Results of one job. A lip sync has one; other products of Magic Hour have a few. */
const MOST_RESULTS = 20;

/** Statuses of a storage whose signed address has run out. */
const EXPIRED = [400, 401, 403, 404, 410];

/** What downloads of one run of the node share. */
export interface Downloading {
	ctx: IExecuteFunctions;
	client: MagicHourClient;
	memory: ExecutionMemory;
	/** Ends a download at once. */
	signal: AbortSignal;
}

/**
 * Streams the results of a finished job into n8n's binary storage.
 * @param fieldName the field of the first result; further ones get `_2`, `_3`, …
 * @throws Problem with the job's id, when there is no result or it cannot be fetched
 */
export async function downloadResults(
	project: VideoProject,
	fieldName: string,
	run: Downloading,
): Promise<IBinaryKeyData> {
	const { client, memory, signal } = run;
	const count = Array.isArray(project.downloads) ? project.downloads.length : 0;
	if (project.status !== 'complete' || count === 0) {
		throw new Problem(
			project.status === 'complete'
				? `Job ${project.id} is complete but has nothing to download`
				: `Job ${project.id} has nothing to download yet: its status is ${project.status}`,
			{
				id: project.id,
				description:
					project.status === 'complete'
						? `Look for the video in your Magic Hour library: ${LIBRARY_PAGE}`
						: 'Use Wait (Video Project), which waits until the video is there.',
			},
		);
	}
	if (count > MOST_RESULTS) {
		throw new Problem(`Job ${project.id} has ${count} results, and no job has that many`, {
			id: project.id,
			description: `Nothing was downloaded. At most ${MOST_RESULTS} are taken; look at the job in your Magic Hour library.`,
		});
	}
	const loaded = await loadedBefore(project.id, run);
	if (loaded?.length === count) return asFields(loaded, fieldName);
	const results: IBinaryData[] = [];
	let current = project;
	for (let index = 0; index < count; index++) {
		const outcome = await sendWithRetries('download', signal, async (silenceSeconds) => {
			const answer = await downloadOnce({ project: current, index, silenceSeconds }, run);
			if (answer.ok || answer.failure.kind !== 'refused') return answer;
			if (!EXPIRED.includes(answer.failure.status)) return answer;
			// Addresses live for 24 hours; reading the project again brings fresh ones.
			current = await client.getProject(project.id);
			return await downloadOnce({ project: current, index, silenceSeconds }, run);
		});
		if (!outcome.ok) {
			const { failure, tries } = outcome;
			throw requestProblem({ request: 'download', failure, tries, id: project.id });
		}
		results.push(outcome.body);
	}
	memory.files.rememberDownload(project.id, results);
	return asFields(results, fieldName);
}

const asFields = (results: IBinaryData[], fieldName: string): IBinaryKeyData =>
	Object.fromEntries(
		results.map((result, index) => [
			index === 0 ? fieldName : `${fieldName}_${index + 1}`,
			{ ...result },
		]),
	);

/** @returns what an earlier try has loaded, if n8n still has it */
async function loadedBefore(
	id: string,
	{ ctx, memory }: Downloading,
): Promise<IBinaryData[] | undefined> {
	const results = memory.files.recallDownload(id);
	try {
		for (const result of results ?? []) await ctx.helpers.getBinaryMetadata(result.id!);
		return results;
	} catch {
		return undefined;
	}
}

/** One result of a job. */
interface Result {
	project: VideoProject;
	/** Of its `downloads`. */
	index: number;
	/** Seconds without traffic after which it is given up. */
	silenceSeconds: number;
}

async function downloadOnce(
	{ project, index, silenceSeconds }: Result,
	{ ctx, client, signal }: Downloading,
): Promise<Answer<IBinaryData>> {
	const url = checkedAddress(project, index, client.baseUrl);
	const answer = await callStorage(ctx, {
		method: 'GET',
		url,
		encoding: 'stream',
		// A file that was compressed on its way would have another length than the one announced.
		headers: { 'accept-encoding': 'identity' },
		silenceSeconds,
		abortSignal: signal,
	});
	if (!answer.ok) return answer;
	const { headers, body, abandon } = answer.body;
	const contentType = headers['content-type'];
	if (NO_FILE.test(contentType ?? '')) {
		abandon();
		return { ok: false, failure: { kind: 'unreadable', status: answer.status, body: '' } };
	}
	const promised = Number(headers['content-length']);
	const isStated = promised > 0;
	const tooLarge = { kind: 'tooLarge', status: answer.status, body: '' } as const;
	if (promised > SIZE_LIMITS.file) {
		abandon();
		return { ok: false, failure: tooLarge };
	}
	const limits = { silenceSeconds, bytes: isStated ? promised : SIZE_LIMITS.file };
	const inflow = new ReadAhead(body as NodeJS.ReadableStream, limits, abandon);
	const name = resultFileName(project, index, url);
	const stored = await store(ctx, inflow.stream, name, resultMimeType(contentType));
	inflow.end();
	if (inflow.isTooLarge && !isStated) return { ok: false, failure: tooLarge };
	if (inflow.fellSilent) return { ok: false, failure: { kind: 'lost', code: 'ETIMEDOUT' } };
	if (!stored.ok) {
		abandon();
		return stored;
	}

	const { bytes } = stored.body;
	if (bytes === 0 || (bytes !== undefined && isStated && bytes !== promised)) {
		return { ok: false, failure: { kind: 'lost', code: 'INCOMPLETE' } };
	}
	return stored;
}

async function store(
	ctx: IExecuteFunctions,
	stream: ReadAhead['stream'],
	name: string,
	mimeType: string,
): Promise<Answer<IBinaryData>> {
	try {
		const body = await ctx.helpers.prepareBinaryData(stream, name, mimeType);
		return { ok: true, status: 200, body };
	} catch (error) {
		return { ok: false, failure: connectionFailure(error) };
	}
}

function checkedAddress(project: VideoProject, index: number, baseUrl: string): string {
	const url: unknown = project.downloads?.[index]?.url;
	if (!isStorageAddress(url, baseUrl)) {
		throw new Problem(`The download address of job ${project.id} cannot be used`, {
			id: project.id,
			description:
				'It is not an https address on the internet, so nothing was fetched from it. The video is in your Magic Hour library.',
		});
	}
	return url;
}
