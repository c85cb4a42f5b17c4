import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';

import { FILE_EXTENSIONS, type FileType } from '../api/contract';
import { uploadExtension } from './fileTypes';
import { stableFileId } from '../jobs/order';
import { digest } from '../digest';
import { refuseExpressionAsText } from '../expressionAsText';
import { Problem } from '../problem';

/** A file on its way to Magic Hour. */
export interface SourceFile {
	type: FileType;
	/** The binary field it is in, or the label of the field that was given the file itself. */
	fieldName: string;
	/** One the vendor takes for this type. */
	extension: string;
	binary: IBinaryData;
	/** Equal for the same stored file, so that it is uploaded once. */
	key: string;
}

/**
 * Whether a parameter was given a file instead of the name of a binary field, as by {@link fileExpression}.
 */
export const isBinaryObject = (value: unknown): value is object =>
	typeof value === 'object' && value !== null && 'mimeType' in value;

/** Whether it is what an expression such as `{{ $('Read Video').item.binary }}` gives: the name of a field is missing. */
const holdsFiles = (value: object): boolean => Object.values(value).some(isBinaryObject);

/**
 * @param label of the parameter that was given an object
 * @throws Problem where that holds files, of which the parameter takes one
 */
export function refuseAllFiles(value: object, label: string): void {
	if (!holdsFiles(value)) return;
	throw new Problem(`${label}: these are all files of the item, not one`, {
		description: `Add the name of a field to the expression, such as .binary.data. The fields are: ${Object.keys(value).join(', ')}.`,
	});
}

/**
 * A file of the workflow, checked before anything is sent.
 * @param source the name of a binary field of the item, or a file of any earlier node
 * @param label of the parameter that says so
 * @throws Problem when the field is missing, empty or of a type the vendor does not take
 */
export function sourceFile(
	ctx: IExecuteFunctions,
	itemIndex: number,
	source: string | object,
	label: string,
	type: FileType,
): SourceFile {
	const fieldName = typeof source === 'string' ? source : label;
	if (typeof source === 'object' && !('id' in source || 'data' in source)) throw stripped(label);
	const binary = known(typeof source === 'string' ? findBinary(ctx, itemIndex, source) : source);
	if (binary === undefined) throw missingField(ctx, itemIndex, fieldName, label);
	const extension = uploadExtension(type, binary);
	if (extension === undefined) {
		const known = (binary.fileName || binary.mimeType || 'unnamed').slice(0, 80);
		const kind = type === 'video' ? 'a video' : `an ${type}`;
		throw new Problem(
			`The file in “${fieldName}” is not ${kind} file that Magic Hour accepts (${known})`,
			{
				description: `Accepted: ${FILE_EXTENSIONS[type].join(', ')}. The extension is read from the file name or the MIME type. ${earlierFile(label)}`,
			},
		);
	}
	if (isEmpty(binary)) {
		throw emptyFile(fieldName);
	}
	return { type, fieldName, extension, binary, key: `${type}.${extension}:${contentKey(binary)}` };
}

/** An expression that gives the file of an earlier node, for the field that has this label. */
export const fileExpression = (label: string) => `{{ $('Read ${label}').item.binary.data }}`;

const earlierFile = (label: string) =>
	`For the file of an earlier node, choose Expression and enter ${fileExpression(label)}, with your node's name.`;

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

/** `$binary` has all of a file but its content; that matters where n8n keeps content in the item itself. */
const stripped = (label: string) =>
	new Problem(`${label}: the expression gives a file without its content`, {
		description: `Enter the name of the binary field. ${earlierFile(label)}`,
	});

function missingField(
	ctx: IExecuteFunctions,
	itemIndex: number,
	fieldName: string,
	label: string,
): Problem {
	refuseExpressionAsText(fieldName, label);
	const names = Object.keys(ctx.getInputData()[itemIndex]?.binary ?? {});
	const fields =
		names.length === 0
			? 'This item has no binary fields.'
			: `The binary fields of this item: ${names.join(', ')}. Enter the name of one.`;
	return new Problem(`${label}: the item has no binary field “${fieldName}”`, {
		description: `${fields} ${earlierFile(label)}`,
	});
}

/** As far as is known without opening it: older n8n does not say how long a stored file is. */
const isEmpty = ({ id, data, bytes }: IBinaryData): boolean =>
	id === undefined ? !data : bytes === 0;

function contentKey({ id, data }: IBinaryData): string {
	return stableFileId(id) ?? digest(data);
}

/**
 * Opens a file for one try of an upload; every try opens it again, and closes it.
 * @returns the body and its length in bytes, without which an upload would be chunked
 * @throws Problem when n8n does not have the file, or it is empty
 */
export async function openFile(ctx: IExecuteFunctions, { binary, fieldName }: SourceFile) {
	const file = binary.id === undefined ? inItem(binary) : await inStorage(ctx, binary.id);
	if (file === undefined) {
		throw new Problem(`The file in “${fieldName}” is not in n8n's storage any more`, {
			description:
				'n8n has deleted it. Load the file again, in a run of the workflow with this item only: the others would be paid again.',
		});
	}
	if (!(file.bytes > 0)) throw emptyFile(fieldName);
	return file;
}

function inItem({ data }: IBinaryData) {
	const body = Buffer.from(data, 'base64');
	return { body, bytes: body.length, close: () => {} };
}

async function inStorage(ctx: IExecuteFunctions, id: string) {
	try {
		// What the item says of the length may have been changed on its way; the storage knows.
		const { fileSize: bytes } = await ctx.helpers.getBinaryMetadata(id);
		const body = await ctx.helpers.getBinaryStream(id);
		const close = () => {
			// Who reads it no more does not listen to its end either.
			body.on('error', () => {});
			body.destroy();
		};
		return { body, bytes, close };
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
