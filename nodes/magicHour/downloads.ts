import type { IBinaryData, IBinaryKeyData, IExecuteFunctions } from 'n8n-workflow';

import { isStorageAddress } from './address';
import { requestProblem } from './advice';
import type { VideoProject } from './api.types';
import { persist, type MagicHourClient } from './client';
import { Inflow } from './inflow';
import { Problem } from './problem';
import { quoted } from './quote';
import { callStorage, connectionFailure, type Answer } from './transport';

/** Content types of pages and messages, which a proxy or a storage may answer in the place of a file. */
const NO_FILE = /^(text\/|application\/(json|xml|problem\+json))/i;

/** Statuses of a storage whose signed address has run out. */
const EXPIRED = [400, 401, 403, 404, 410];

/**
 * Streams the results of a finished job into n8n's binary storage.
 * @param fieldName the field of the first result; further ones get `_2`, `_3`, …
 * @throws Problem with the job's id, when there is no result or it cannot be fetched
 */
export async function downloadResults(
	ctx: IExecuteFunctions,
	client: MagicHourClient,
	project: VideoProject,
	fieldName: string,
	signal: AbortSignal,
): Promise<IBinaryKeyData> {
	const count = Array.isArray(project.downloads) ? project.downloads.length : 0;
	if (project.status !== 'complete' || count === 0) {
		throw new Problem(
			project.status === 'complete'
				? `Job ${project.id} is complete but has nothing to download`
				: `Job ${project.id} has nothing to download yet: its status is ${project.status}`,
			{
				id: project.id,
				description:
					'Use the operation Wait (Video Project) with Download Result, which waits until the video is there.',
			},
		);
	}
	const fields: IBinaryKeyData = {};
	let current = project;
	for (let index = 0; index < count; index++) {
		const field = index === 0 ? fieldName : `${fieldName}_${index + 1}`;
		const outcome = await persist('download', signal, async (silenceSeconds) => {
			const answer = await downloadOnce(ctx, client, current, index, silenceSeconds, signal);
			if (answer.ok || answer.failure.kind !== 'refused') return answer;
			if (!EXPIRED.includes(answer.failure.status)) return answer;
			// Addresses live for 24 hours; reading the project again brings fresh ones.
			current = await client.getProject(project.id);
			return await downloadOnce(ctx, client, current, index, silenceSeconds, signal);
		});
		if (!outcome.ok) {
			const { failure, tries } = outcome;
			throw requestProblem({ request: 'download', failure, tries, id: project.id });
		}
		fields[field] = outcome.body;
	}
	return fields;
}

async function downloadOnce(
	ctx: IExecuteFunctions,
	{ baseUrl }: MagicHourClient,
	project: VideoProject,
	index: number,
	silenceSeconds: number,
	signal: AbortSignal,
): Promise<Answer<IBinaryData>> {
	const url = checkedAddress(project, index, baseUrl);
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
	const inflow = new Inflow(body as NodeJS.ReadableStream, silenceSeconds, abandon);
	const stored = await store(ctx, inflow.stream, fileName(project, index, url), contentType);
	inflow.end();
	if (inflow.fellSilent) return { ok: false, failure: { kind: 'lost', code: 'ETIMEDOUT' } };
	if (!stored.ok) {
		abandon();
		return stored;
	}

	const promised = Number(headers['content-length']);
	const { bytes } = stored.body;
	if (bytes === 0 || (bytes !== undefined && promised > 0 && bytes !== promised)) {
		return { ok: false, failure: { kind: 'lost', code: 'INCOMPLETE' } };
	}
	return stored;
}

async function store(
	ctx: IExecuteFunctions,
	stream: Inflow['stream'],
	name: string,
	contentType: string | undefined,
): Promise<Answer<IBinaryData>> {
	try {
		const body = await ctx.helpers.prepareBinaryData(
			stream,
			name,
			contentType?.split(';')[0] || 'video/mp4',
		);
		return { ok: true, status: 200, body };
	} catch (error) {
		return { ok: false, failure: connectionFailure(error) };
	}
}

/** The project's name as a file name; people look for what they called it. */
function fileName(project: VideoProject, index: number, url: string): string {
	const extension = /\.([a-z0-9]{2,5})$/i.exec(new URL(url).pathname)?.[1]?.toLowerCase() ?? 'mp4';
	const name = quoted(project.name)
		.replace(/[\p{C}\\/:*?"<>|]/gu, ' ')
		.replace(/\s+/g, ' ')
		.trim()
		.slice(0, 100);
	const number = index === 0 ? '' : `-${index + 1}`;
	return `${name === '' ? project.id : name}${number}.${extension}`;
}

function checkedAddress(project: VideoProject, index: number, baseUrl: string): string {
	const url: unknown = project.downloads?.[index]?.url;
	if (!isStorageAddress(url, baseUrl)) {
		throw new Problem(`The download address of job ${project.id} cannot be used`, {
			id: project.id,
			description:
				'It is no https address, so nothing was fetched from it. The video is in your Magic Hour library.',
		});
	}
	return url;
}
