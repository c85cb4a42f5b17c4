import { createHash } from 'node:crypto';
import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';

import { FILE_EXTENSIONS, type FileType } from './api.types';
import { uploadExtension } from './fileTypes';
import { Problem } from './problem';

/** A file on its way to Magic Hour. */
export interface SourceFile {
	type: FileType;
	/** One the vendor takes for this type. */
	extension: string;
	binary: IBinaryData;
	/** Equal for the same stored file, so that it is uploaded once. */
	key: string;
}

/**
 * The file in a binary field of an item, checked before anything is sent.
 * @throws Problem when the field is missing, empty or of a type the vendor does not take
 */
export function sourceFile(
	ctx: IExecuteFunctions,
	itemIndex: number,
	fieldName: string,
	type: FileType,
): SourceFile {
	const binary = findBinary(ctx, itemIndex, fieldName);
	if (binary === undefined) throw missingField(ctx, itemIndex, fieldName);
	const extension = uploadExtension(type, binary);
	if (extension === undefined) {
		const known = binary.fileName || binary.mimeType || 'unnamed';
		const kind = type === 'video' ? 'a video' : `an ${type}`;
		throw new Problem(
			`The file in “${fieldName}” is not ${kind} file that Magic Hour takes (${known})`,
			{
				description: `Accepted: ${FILE_EXTENSIONS[type].join(', ')}. The extension is read from the file name or the MIME type.`,
			},
		);
	}
	if (isEmpty(binary)) {
		throw new Problem(`The file in “${fieldName}” is empty`, {
			description: 'Check the node before this one that loads the file.',
		});
	}
	return { type, extension, binary, key: `${type}.${extension}:${contentKey(binary)}` };
}

function findBinary(
	ctx: IExecuteFunctions,
	itemIndex: number,
	fieldName: string,
): IBinaryData | undefined {
	const fields = ctx.getInputData()[itemIndex]?.binary ?? {};
	if (Object.hasOwn(fields, fieldName)) return fields[fieldName];
	try {
		// Knows the setting of newer n8n that keeps binaries inside the JSON.
		const found: unknown = ctx.helpers.assertBinaryData(itemIndex, fieldName);
		return typeof found === 'object' ? (found as IBinaryData) : undefined;
	} catch {
		return undefined;
	}
}

function missingField(ctx: IExecuteFunctions, itemIndex: number, fieldName: string): Problem {
	const names = Object.keys(ctx.getInputData()[itemIndex]?.binary ?? {});
	return new Problem(`The item has no binary field “${fieldName}”`, {
		description:
			names.length === 0
				? 'The item has no binary fields at all. Put a node before this one that loads the file, such as Read/Write Files from Disk, HTTP Request or Google Drive.'
				: `The binary fields of this item: ${names.join(', ')}.`,
	});
}

/** As far as is known without opening it: older n8n does not say how long a stored file is. */
const isEmpty = ({ id, data, bytes }: IBinaryData): boolean =>
	id === undefined ? !data : bytes === 0;

function contentKey({ id, data }: IBinaryData): string {
	return id ?? createHash('sha256').update(data).digest('base64url');
}

/**
 * Opens a file for one try of an upload; every try opens it anew.
 * @returns the body and its length in bytes, without which an upload would be chunked
 */
export async function openFile(ctx: IExecuteFunctions, { binary }: SourceFile) {
	if (binary.id === undefined) {
		const body = Buffer.from(binary.data, 'base64');
		return { body, bytes: body.length };
	}
	const bytes = binary.bytes ?? (await ctx.helpers.getBinaryMetadata(binary.id)).fileSize;
	return { body: await ctx.helpers.getBinaryStream(binary.id), bytes };
}
