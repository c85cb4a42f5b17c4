import type { INodeProperties, IWebhookFunctions } from 'n8n-workflow';

import { VIDEO_EVENTS, type WebhookEvent } from '../magicHour/api/contract';
import { LIP_SYNC_PROJECT } from '../magicHour/jobs/project';

const setup: INodeProperties = {
	displayName:
		'Connect once:<ul><li>Open “Webhook URLs” above, choose “Production URL” and copy it. It must be reachable from the internet: if you host n8n yourself, set the environment variable WEBHOOK_URL.</li><li>In the <a href="https://magichour.ai/developer?tab=webhooks" target="_blank">Magic Hour Developer Hub</a>, choose “Create webhook”, tick the events selected below and paste the URL: the production URL, not the test URL.</li><li>Copy the signing secret it shows into the credential of this node. Then publish this workflow.</li></ul>',
	name: 'setup',
	type: 'notice',
	default: '',
};

/** In the order in which people need them. */
const EVENTS = [
	{
		name: 'Video Completed',
		value: 'video.completed',
		description: 'A video is ready to be downloaded',
	},
	{
		name: 'Video Errored',
		value: 'video.errored',
		description: 'A render failed, and its credits were refunded',
	},
	{
		name: 'Video Started',
		value: 'video.started',
		description: 'A render has left the queue',
	},
	{
		name: 'Audio Completed',
		value: 'audio.completed',
		description: 'An audio file is ready',
	},
	{
		name: 'Audio Errored',
		value: 'audio.errored',
		description: 'An audio file could not be made',
	},
	{
		name: 'Audio Started',
		value: 'audio.started',
		description: 'An audio file has left the queue',
	},
	{
		name: 'Image Completed',
		value: 'image.completed',
		description: 'An image is ready',
	},
	{
		name: 'Image Errored',
		value: 'image.errored',
		description: 'An image could not be made',
	},
	{
		name: 'Image Started',
		value: 'image.started',
		description: 'An image has left the queue',
	},
] satisfies Array<{ name: string; value: WebhookEvent; description: string }>;

const events: INodeProperties = {
	displayName: 'Events',
	name: 'events',
	type: 'multiOptions',
	required: true,
	options: EVENTS,
	default: ['video.completed', 'video.errored'],
	description:
		'Events that start the workflow. Select the same ones in the Developer Hub. A canceled job sends none.',
};

const projectTypes: INodeProperties = {
	displayName: 'Project Types',
	name: 'projectTypes',
	type: 'multiOptions',
	displayOptions: { show: { events: [...VIDEO_EVENTS] } },
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
		{ name: 'Video Color Grader', value: 'VIDEO_COLOR_GRADER' },
		{ name: 'Video Colorizer', value: 'VIDEO_COLORIZER' },
		{ name: 'Video Editor', value: 'VIDEO_EDITOR' },
		{ name: 'Video Expander', value: 'VIDEO_EXPANDER' },
		{ name: 'Video to Video', value: 'VIDEO_TO_VIDEO' },
		{ name: 'Video Translator', value: 'VIDEO_TRANSLATOR' },
		{ name: 'Video Upscaler', value: 'VIDEO_UPSCALER' },
		{ name: 'Video Watermark Remover', value: 'VIDEO_WATERMARK_REMOVER' },
	],
	default: [LIP_SYNC_PROJECT],
	description:
		'Kinds of video projects that start the workflow. None selected means all of them. For a kind that is missing here, use More Project Types in the options.',
};

const options: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [
		{
			displayName: 'More Project Types',
			name: 'moreProjectTypes',
			type: 'string',
			default: '',
			placeholder: 'e.g. VIDEO_STABILIZER, VIDEO_DENOISER',
			description:
				'Kinds of video projects that Project Types does not list, separated by commas, as Magic Hour writes them in <code>type</code>',
		},
		{
			displayName: 'Tolerance (Seconds)',
			name: 'toleranceSeconds',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 300,
			description:
				"How far the timestamp of a delivery may be ahead of this server's clock. A delivery that is late is accepted for 24 hours, because Magic Hour keeps trying that long.",
		},
	],
};

export const properties = [setup, events, projectTypes, options];

/** Such as “Video Completed +1”: what the node on the canvas shows under its name. */
export const subtitle = (() => {
	const names = JSON.stringify(Object.fromEntries(EVENTS.map(({ name, value }) => [value, name])));
	const chosen = '$parameter["events"]';
	return `={{ ((${names})[${chosen}[0]] || "") + (${chosen}.length > 1 ? " +" + (${chosen}.length - 1) : "") }}`;
})();

/** The kinds of video projects a person wants to hear of; an empty list means all of them. */
export function wantedProjectTypes(context: IWebhookFunctions): string[] {
	const listed = context.getNodeParameter('projectTypes', []) as string[];
	const typed = String(context.getNodeParameter('options.moreProjectTypes', '') ?? '');
	const more = typed.split(',').map((type) => type.trim().toUpperCase());
	return [...listed, ...more.filter((type) => type !== '')];
}
