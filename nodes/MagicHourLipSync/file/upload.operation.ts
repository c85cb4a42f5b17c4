import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { FILE_EXTENSIONS, type FileType } from '../../magicHour/api/contract';
import { known, rounded } from '../../magicHour/media/readMedia';
import type { SourceFile } from '../../magicHour/files/sourceFile';
import type { Operation } from '../../magicHour/run/operation';
import { fileHint } from '../fileHint';

export const option: INodePropertyOptions = {
	name: 'Upload',
	value: 'upload',
	action: 'Upload a file',
	description: 'Upload a file once and use its file_path in many jobs',
};

const FILE_TYPES = [
	{ name: 'Audio', value: 'audio', description: FILE_EXTENSIONS.audio.join(', ') },
	{ name: 'Image', value: 'image', description: FILE_EXTENSIONS.image.join(', ') },
	{ name: 'Video', value: 'video', description: FILE_EXTENSIONS.video.join(', ') },
] satisfies Array<{ name: string; value: FileType; description: string }>;

export const fields: INodeProperties[] = [
	{
		displayName: 'File Type',
		name: 'fileType',
		type: 'options',
		options: FILE_TYPES,
		default: 'video',
		description: 'What kind of file it is; each kind has its own list of extensions',
	},
	{
		displayName: 'File',
		name: 'file',
		type: 'string',
		required: true,
		default: 'data',
		hint: fileHint('File'),
	},
];

export const operation: Operation<SourceFile> = {
	plan: (item) => {
		const type = item.choice('fileType', 'File Type', FILE_TYPES);
		return item.file(item.value('file', 'File'), 'File', type);
	},
	start: async (file, { uploads, looks }) => {
		const { type } = file;
		const looked = type === 'image' ? undefined : await looks.look(file, type);
		const [file_path] = await uploads.filePaths([file]);
		// A file whose length cannot be read is uploaded all the same.
		const { seconds, fps } = known(looked) ?? {};
		return {
			json: {
				file_path,
				...(seconds !== undefined && { seconds: rounded(seconds) }),
				...(fps !== undefined && { fps: rounded(fps) }),
			},
		};
	},
};
