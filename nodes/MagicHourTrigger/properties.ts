import type { INodeProperties } from 'n8n-workflow';

import { AUDIO_EVENTS, IMAGE_EVENTS } from '../magicHour/api.types';
import { LIP_SYNC_PROJECT } from '../magicHour/project';

/** One notice for each step: n8n takes line breaks and bold type out of a notice. */
const setup = [
	'Magic Hour has no API to register a webhook, so this is done by hand, once, in three steps:',
	'1. Copy the webhook URL above: the test URL while you build, the production URL for the published workflow.',
	'2. In the <a href="https://magichour.ai/developer?tab=webhooks" target="_blank">Magic Hour Developer Hub</a>, choose "Create webhook", tick the events selected below and paste the URL.',
	'3. Copy the signing secret it shows into the credential of this node.',
].map(
	(displayName, step): INodeProperties => ({
		displayName,
		name: step === 0 ? 'setup' : `setupStep${step}`,
		type: 'notice',
		default: '',
	}),
);

const events: INodeProperties = {
	displayName: 'Events',
	name: 'events',
	type: 'multiOptions',
	required: true,
	options: [
		{ name: 'Audio Completed', value: 'audio.completed' },
		{ name: 'Audio Errored', value: 'audio.errored' },
		{ name: 'Audio Started', value: 'audio.started' },
		{ name: 'Image Completed', value: 'image.completed' },
		{ name: 'Image Errored', value: 'image.errored' },
		{ name: 'Image Started', value: 'image.started' },
		{
			name: 'Video Completed',
			value: 'video.completed',
			description: 'The result is ready to be downloaded',
		},
		{
			name: 'Video Errored',
			value: 'video.errored',
			description: 'The render failed and its credits were refunded',
		},
		{
			name: 'Video Started',
			value: 'video.started',
			description: 'The render has left the queue',
		},
	],
	default: ['video.completed', 'video.errored'],
	description:
		'Events that start the workflow. Select the same ones in the Developer Hub. A canceled job sends none.',
};

const projectTypes: INodeProperties = {
	displayName: 'Project Types',
	name: 'projectTypes',
	type: 'multiOptions',
	options: [
		{ name: 'Animation', value: 'ANIMATION' },
		{ name: 'Audio to Video', value: 'AUDIO_TO_VIDEO' },
		{ name: 'Auto Subtitle', value: 'AUTO_SUBTITLE' },
		{ name: 'Avatar', value: 'AVATAR' },
		{ name: 'Character Replace', value: 'CHARACTER_REPLACE' },
		{ name: 'Extend', value: 'EXTEND' },
		{ name: 'Face Swap', value: 'FACE_SWAP' },
		{ name: 'Image to Video', value: 'IMAGE_TO_VIDEO' },
		{ name: 'Lip Sync', value: LIP_SYNC_PROJECT },
		{ name: 'Music Video', value: 'MUSIC_VIDEO' },
		{ name: 'Talking Photo', value: 'TALKING_PHOTO' },
		{ name: 'Text to Video', value: 'TEXT_TO_VIDEO' },
		{ name: 'UGC Ad', value: 'UGC_AD' },
		{ name: 'Video Colorizer', value: 'VIDEO_COLORIZER' },
		{ name: 'Video Editor', value: 'VIDEO_EDITOR' },
		{ name: 'Video Expander', value: 'VIDEO_EXPANDER' },
		{ name: 'Video to Video', value: 'VIDEO_TO_VIDEO' },
		{ name: 'Video Translator', value: 'VIDEO_TRANSLATOR' },
		{ name: 'Video Upscaler', value: 'VIDEO_UPSCALER' },
	],
	default: [LIP_SYNC_PROJECT],
	description: 'Kinds of projects that start the workflow. None selected means all of them.',
};

const otherMedia: INodeProperties = {
	displayName:
		'Image and audio projects have types of their own: leave <b>Project Types</b> empty to be told about them.',
	name: 'otherMedia',
	type: 'notice',
	default: '',
	displayOptions: { show: { events: [...AUDIO_EVENTS, ...IMAGE_EVENTS] } },
};

const options: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [
		{
			displayName: 'Tolerance (Seconds)',
			name: 'toleranceSeconds',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 300,
			description:
				"How far the timestamp of a delivery may lie from this server's clock, in either direction",
		},
	],
};

export const properties = [...setup, events, projectTypes, otherMedia, options];
