import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { FILE_EXTENSIONS, type FileType } from '../../magicHour/api.types';
import type { SourceFile } from '../../magicHour/binary';
import type { ItemOutput, Operation } from '../../magicHour/operation';

export const option: INodePropertyOptions = {
	name: 'Upload',
	value: 'upload',
	action: 'Upload a file',
	description: 'Upload a file once and use its file_path in many jobs',
};

const FILE_TYPES = Object.keys(FILE_EXTENSIONS) as FileType[];

export const fields: INodeProperties[] = [
	{
		displayName: 'File Type',
		name: 'fileType',
		type: 'options',
		options: [
			{
				name: 'Audio',
				value: 'audio',
				description: FILE_EXTENSIONS.audio.join(', '),
			},
			{
				name: 'Image',
				value: 'image',
				description: FILE_EXTENSIONS.image.join(', '),
			},
			{
				name: 'Video',
				value: 'video',
				description: FILE_EXTENSIONS.video.join(', '),
			},
		],
		default: 'video',
		description: 'What kind of file it is; each kind has its own list of extensions',
	},
	{
		displayName: 'Input Binary Field',
		name: 'binaryPropertyName',
		type: 'string',
		required: true,
		default: 'data',
		hint: 'The name of the input binary field that contains the file to upload',
	},
];

export const operation: Operation<SourceFile, ItemOutput> = {
	plan: (item) => {
		const type = item.choice('fileType', 'File Type', FILE_TYPES);
		return item.file('binaryPropertyName', 'Input Binary Field', type);
	},
	start: async (file, { uploads }) => {
		const [file_path] = await uploads.filePaths([file]);
		return { json: { file_path } };
	},
	finish: async (output) => output,
};
