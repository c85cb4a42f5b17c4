import { join } from 'node:path';

import type { INodeProperties, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeHelpers, Workflow } from 'n8n-workflow';

import { WEBHOOK_EVENTS } from '../../nodes/magicHour/api/contract.ts';

let node: INodeType;
let description: INodeTypeDescription;

beforeAll(async () => {
	const path = join(
		__dirname,
		'../../dist/nodes/MagicHourLipSyncTrigger/MagicHourLipSyncTrigger.node.js',
	);
	node = new (await import(path)).MagicHourLipSyncTrigger();
	description = node.description;
});

function optionValues(name: string): unknown[] {
	const { options } = description.properties.find((property) => property.name === name)!;
	return (options as INodeProperties[]).map((option) => 'value' in option && option.value);
}

test('a fresh trigger hears of finished and failed lip syncs, within five minutes', () => {
	const defaults = NodeHelpers.getNodeParameters(
		description.properties,
		{},
		true,
		false,
		null,
		description,
	);

	expect(defaults).toMatchObject({
		events: ['video.completed', 'video.errored'],
		projectTypes: ['LIP_SYNC'],
		options: {},
	});
	expect(description.properties.find(({ name }) => name === 'options')!.options).toMatchObject([
		{ name: 'moreProjectTypes', default: '' },
		{ name: 'toleranceSeconds', default: 300 },
	]);
});

test('every event of the API can be chosen', () => {
	expect([...optionValues('events')].sort()).toEqual([...WEBHOOK_EVENTS].sort());
});

test('the events of videos come first, and each one says what it is', () => {
	const { options } = description.properties.find(({ name }) => name === 'events')!;
	expect(optionValues('events').slice(0, 3)).toEqual([
		'video.completed',
		'video.errored',
		'video.started',
	]);
	expect(options!.filter((option) => !('description' in option && option.description))).toEqual([]);
});

test.each([
	[['video.completed'], 'Video Completed'],
	[['video.completed', 'video.errored'], 'Video Completed +1'],
	[['audio.errored', 'video.errored', 'image.started'], 'Audio Errored +2'],
	[[], ''],
])('the node on the canvas shows its events: %j', (events, shown) => {
	const trigger = {
		id: 'trigger',
		name: 'Trigger',
		type: 'trigger',
		typeVersion: 1,
		position: [0, 0] as [number, number],
		parameters: { events },
	};
	const nodeTypes = {
		getByName: () => node,
		getByNameAndVersion: () => node,
		getKnownTypes: () => ({}),
	};
	const workflow = new Workflow({ nodes: [trigger], connections: {}, active: false, nodeTypes });
	expect(
		workflow.expression.getSimpleParameterValue(trigger, description.subtitle, 'internal', {}),
	).toBe(shown);
});

test('the editor says where the URL goes', () => {
	const text = JSON.stringify([description.triggerPanel, description.properties]);

	expect(text).toContain('Connect once:<ul><li>Open “Webhook URLs” above');
	expect(text).toContain('WEBHOOK_URL');
	expect(text).toContain('https://magichour.ai/developer?tab=webhooks');
	expect(text).toContain('production URL');
	expect(text).toContain('test URL');
	expect(text).toContain('Nothing arrives?');
});

test.each([
	['', 'Error'],
	['  ', 'Error'],
	['secret ', 'Error'],
	['secret', 'OK'],
])('the credential’s test finds the secret "%s": %s', async (signingSecret, status) => {
	const check = node.methods!.credentialTest!.magicHourSigningSecret!;
	const credential = { id: '1', name: 'Webhook', type: 'magicHourWebhookApi' };

	const result = await check.call({} as never, { ...credential, data: { signingSecret } });

	expect(result.status).toBe(status);
});
