import type { Request } from 'express';

import type {
	LipSyncResponse,
	UploadUrlsResponse,
	Account,
	LipSyncRequest,
	VideoProject,
} from '../nodes/magicHour/api/contract.ts';
import { demandPayable } from './account.cts';
import { json, noContent, Refusal, type Answer } from './answer.cts';
import { cost } from './credits.cts';
import { ESTIMATED_FPS, type Job } from './jobs.cts';
import type { JobRegistry } from './jobRegistry.cts';
import { checked, lipSyncRequest, uploadUrlsRequest } from './schemas.cts';
import type { RecordedRequest } from './types.cts';
import type { Uploads } from './uploads.cts';

export interface Call {
	req: Request;
	record: RecordedRequest;
}

/** Does what a request asks for; throws a `Refusal` to refuse it. */
export type Handle = (call: Call) => Answer | Promise<Answer>;

interface Parts {
	apiKey: string;
	jobs: JobRegistry;
	uploads: Uploads;
	account: () => Account;
	onCreated: (job: Job) => void;
	deprecatedFields: boolean;
}

/** The five paths of the contract (docs.magichour.ai, API reference). */
export function api({ apiKey, jobs, uploads, account, onCreated, deprecatedFields }: Parts) {
	const authorised =
		(handle: Handle): Handle =>
		(call) => {
			if (call.req.headers.authorization !== `Bearer ${apiKey}`) throw new Refusal(401);
			return handle(call);
		};

	return {
		uploadUrls: authorised(({ req, record }) => {
			const { items } = checked(uploadUrlsRequest, jsonBody(req, record));
			const body: UploadUrlsResponse = { items: items.map((item) => uploads.issue(item)) };
			return json(200, body);
		}),

		createLipSync: authorised(({ req, record }) => {
			const request = checked(lipSyncRequest, jsonBody(req, record));
			demandInputs(uploads, request);
			demandPayable(account(), request, cost(request, ESTIMATED_FPS));
			const job = jobs.create(request, uploads.videoOf(request.assets.video_file_path));
			onCreated(job);
			const body: LipSyncResponse = { id: job.id, credits_charged: job.credits };
			if (deprecatedFields) body.estimated_frame_cost = job.credits;
			return json(200, body);
		}),

		getProject: authorised(({ req }) => {
			const { project } = jobs.get(idOf(req));
			return json(200, deprecatedFields ? withDeprecated(project) : project);
		}),

		deleteProject: authorised(({ req }) => {
			jobs.get(idOf(req)).deleted = true;
			return noContent();
		}),

		getAccount: authorised(() => json(200, account())),
	};
}

const withDeprecated = (project: VideoProject) => ({
	...project,
	total_frame_cost: project.credits_charged,
	download: project.downloads[0] ?? null,
});

const idOf = (req: Request): string => String(req.params.id);

function demandInputs(uploads: Uploads, { assets }: LipSyncRequest): void {
	uploads.demandUsable('assets.audio_file_path', assets.audio_file_path, 'audio');
	if (assets.video_file_path !== undefined) {
		uploads.demandUsable('assets.video_file_path', assets.video_file_path, 'video');
	}
}

/** @throws Refusal 400 when there is no JSON body, or it is not declared as one */
function jsonBody(req: Request, record: RecordedRequest): unknown {
	if (record.bytes === 0) throw new Refusal(400, 'Missing request body');
	if (!req.is('application/json')) throw new Refusal(400, 'Content-Type must be application/json');
	if (record.body === undefined) throw new Refusal(400, 'The request body is not valid JSON');
	return record.body;
}
