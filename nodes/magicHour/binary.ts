import { createHash } from 'node:crypto';
import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';

import { FILE_EXTENSIONS, type FileType } from './api.types';
import { uploadExtension } from './fileTypes';
import { Problem } from './problem';

/** A file on its way to Magic Hour. */
export interface SourceFile {
	type: FileType;
	/** The binary field it is in. */
	fieldName: string;
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
	const binary = known(findBinary(ctx, itemIndex, fieldName));
	if (binary === undefined) throw missingField(ctx, itemIndex, fieldName);
	const extension = uploadExtension(type, binary);
	if (extension === undefined) {
		const known = (binary.fileName || binary.mimeType || 'unnamed').slice(0, 80);
		const kind = type === 'video' ? 'a video' : `an ${type}`;
		throw new Problem(
			`The file in “${fieldName}” is not ${kind} file that Magic Hour takes (${known})`,
			{
				description: `Accepted: ${FILE_EXTENSIONS[type].join(', ')}. The extension is read from the file name or the MIME type.`,
			},
		);
	}
	if (isEmpty(binary)) {
		throw emptyFile(fieldName);
	}
	return { type, fieldName, extension, binary, key: `${type}.${extension}:${contentKey(binary)}` };
}

function findBinary(ctx: IExecuteFunctions, itemIndex: number, fieldName: string): unknown {
	const fields = ctx.getInputData()[itemIndex]?.binary ?? {};
	if (Object.hasOwn(fields, fieldName)) return fields[fieldName];
	try {
		// Knows the setting of newer n8n that keeps binaries inside the JSON.
		return ctx.helpers.assertBinaryData(itemIndex, fieldName);
	} catch {
		return undefined;
	}
}

/** A node before this one may have made a field of anything; what is of another type than n8n's counts as not there. */
function known(found: unknown): IBinaryData | undefined {
	if (typeof found !== 'object' || found === null) return undefined;
	const { id, data, mimeType, fileName, fileExtension, bytes } = found as Record<string, unknown>;
	const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
	return {
		id: text(id) || undefined,
		data: text(data) ?? '',
		mimeType: text(mimeType) ?? '',
		fileName: text(fileName),
		fileExtension: text(fileExtension),
		bytes: typeof bytes === 'number' ? bytes : undefined,
	};
}

function missingField(ctx: IExecuteFunctions, itemIndex: number, fieldName: string): Problem {
	const names = Object.keys(ctx.getInputData()[itemIndex]?.binary ?? {});
	return new Problem(`The item has no binary field “${fieldName}”`, {
		description:
			names.length === 0
				? 'The item has no binary fields at all. Put a node before this one that loads the file, such as Read/Write Files from Disk, HTTP Request or Google Drive.'
				: `The binary fields of this item: ${names.join(', ')}. Use one of these names, or put a node before this one that loads the file.`,
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
 * @throws Problem when n8n does not have the file, or it is empty
 */
export async function openFile(ctx: IExecuteFunctions, { binary, fieldName }: SourceFile) {
	const file = binary.id === undefined ? inItem(binary) : await inStorage(ctx, binary.id);
	if (file === undefined) {
		throw new Problem(`The file in “${fieldName}” is not in n8n's storage any more`, {
			description: 'Run the node before this one again, which loads the file.',
		});
	}
	if (!(file.bytes > 0)) throw emptyFile(fieldName);
	return file;
}

function inItem({ data }: IBinaryData) {
	const body = Buffer.from(data, 'base64');
	return { body, bytes: body.length };
}

async function inStorage(ctx: IExecuteFunctions, id: string) {
	try {
		// What the item says of the length may have been changed on its way; the storage knows.
		const { fileSize: bytes } = await ctx.helpers.getBinaryMetadata(id);
		return { body: await ctx.helpers.getBinaryStream(id), bytes };
	} catch {
		return undefined;
	}
}

const emptyFile = (fieldName: string) =>
	new Problem(`The file in “${fieldName}” is empty`, {
		description: 'Check the node before this one that loads the file.',
	});

/** The MIME type where it can stand in a header. */
export const contentType = ({ binary: { mimeType } }: SourceFile): string =>
	/^[\w.+-]+\/[\w.+-]+(;[\x20-\x7e]*)?$/.test(mimeType) ? mimeType : 'application/octet-stream';
