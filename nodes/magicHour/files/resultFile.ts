import type { VideoProject } from '../api/contract';
import { oneLine } from '../oneLine';

/** Characters of a file name, without its number and extension. */
const LONGEST_NAME = 100;

/**
 * The file name of a result: the project's name, because people look for what they called it, or else its id.
 * @param index of the result
 * @param url it was loaded from
 */
export function resultFileName(project: VideoProject, index: number, url: string): string {
	const extension = /\.([a-z0-9]{2,5})$/i.exec(new URL(url).pathname)?.[1]?.toLowerCase() ?? 'mp4';
	const name = asFileName(project.name) || asFileName(project.id) || 'result';
	const number = index === 0 ? '' : `-${index + 1}`;
	return `${name}${number}.${extension}`;
}

/** Without what file systems and headers cannot hold. */
function asFileName(text: unknown): string {
	const name = oneLine(text)
		.replace(/[\p{C}\\/:*?"<>|]/gu, ' ')
		.replace(/\s+/g, ' ')
		.trim();
	return [...name].slice(0, LONGEST_NAME).join('').trim();
}

/**
 * The MIME type of a result, from the header of its storage.
 * @returns `video/mp4` where the header says nothing that could be one
 */
export function resultMimeType(contentType: string | undefined): string {
	const type = contentType?.split(';')[0]?.trim() ?? '';
	return /^[\w.+-]{1,60}\/[\w.+-]{1,60}$/.test(type) ? type.toLowerCase() : 'video/mp4';
}
