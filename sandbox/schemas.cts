import { z } from 'zod/v4';

import {
	FILE_EXTENSIONS,
	GENERATION_MODES,
	VIDEO_SOURCES,
	type FileType,
	type LipSyncRequest,
	type UploadUrlsRequest,
	type VideoSource,
} from '../nodes/magicHour/api/contract.ts';
import { Refusal } from './answer.cts';

/**
 * The request bodies of Magic Hour's contract (docs.magichour.ai, API reference), held stricter than the
 * vendor does: unknown, null and empty fields are refused, because a client that sends them has a fault.
 *
 * `satisfies Record<keyof …>` and `satisfies z.ZodType<…>` tie every field to the one statement of the types.
 */

/** The fields of T, each with its schema: none missing, none too many. */
type FieldsOf<T> = Record<keyof T, z.ZodType>;

const filledText = z.string().min(1, 'must not be empty');
const webAddress = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });

export const uploadUrlsRequest = z.strictObject({
	items: z
		.array(
			z.strictObject({
				type: z.enum(Object.keys(FILE_EXTENSIONS) as [FileType, ...FileType[]]),
				extension: z
					.string()
					.regex(/^[a-z0-9]+$/, 'must be lower-case letters and digits, without the dot'),
			} satisfies FieldsOf<UploadUrlsRequest['items'][number]>),
		)
		.min(1, 'must have at least one item'),
} satisfies FieldsOf<UploadUrlsRequest>) satisfies z.ZodType<UploadUrlsRequest>;

/** The field that holds the video, for each source; a request has that one and not the other. */
const VIDEO_FIELDS = { file: 'video_file_path', youtube: 'youtube_url' } as const satisfies Record<
	VideoSource,
	keyof LipSyncRequest['assets']
>;

const assets = z
	.strictObject({
		audio_file_path: filledText,
		video_source: z.enum(VIDEO_SOURCES),
		video_file_path: filledText.optional(),
		youtube_url: webAddress.optional(),
	} satisfies FieldsOf<LipSyncRequest['assets']>)
	.superRefine((given, context) => {
		// A field that is wrong in itself counts as missing here, and has been named already.
		if (context.issues.length > 0) return;
		for (const source of VIDEO_SOURCES) {
			const field = VIDEO_FIELDS[source];
			const isNeeded = source === given.video_source;
			if (isNeeded === (given[field] !== undefined)) continue;
			const verb = isNeeded ? 'is required' : 'has no meaning';
			refuse(context, field, `${verb} if video_source is ${given.video_source}`);
		}
	});

export const lipSyncRequest = z
	.strictObject({
		name: filledText.optional(),
		start_seconds: z.number().min(0),
		end_seconds: z.number().min(0.1),
		max_fps_limit: z.number().min(1).optional(),
		height: z.int().min(1).optional(),
		width: z.int().min(1).optional(),
		assets,
		style: z
			.strictObject({
				generation_mode: z.enum(GENERATION_MODES).optional(),
			} satisfies FieldsOf<NonNullable<LipSyncRequest['style']>>)
			.optional(),
	} satisfies FieldsOf<LipSyncRequest>)
	.superRefine(({ start_seconds, end_seconds }, context) => {
		if (end_seconds <= start_seconds) {
			refuse(context, 'end_seconds', 'must be greater than start_seconds');
		}
	}) satisfies z.ZodType<LipSyncRequest>;

function refuse(context: z.RefinementCtx, field: string, message: string): void {
	context.addIssue({ code: 'custom', path: [field], message });
}

/**
 * @returns the body, checked
 * @throws Refusal 400 that names the fields that are wrong
 */
export function checked<T>(schema: z.ZodType<T>, body: unknown): T {
	const result = schema.safeParse(body);
	if (result.success) return result.data;
	throw new Refusal(400, result.error.issues.map(inWords).join('; '));
}

function inWords({ path, message }: z.core.$ZodIssue): string {
	return path.length === 0 ? message : `${path.join('.')}: ${message}`;
}
