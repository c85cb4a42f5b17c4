import type { INode } from 'n8n-workflow';
import type { Browser } from 'playwright-core';
import { openBrowser, openSession } from '../editor/browser.cts';
import { Editor } from '../editor/editor.cts';
import {
	exampleAsDelivered,
	exampleNames,
	exampleWorkflow,
} from '../../../n8n/exampleWorkflows.cts';
import type { StoredCredential, WorkflowFile } from '../../../n8n/rest.cts';
import { until } from '../../../n8n/poll.cts';
import { useServerBed } from '../serverBed.cts';
import { url } from '../../support/sources.cts';

const bed = useServerBed();
let browser: Browser;
let editor: Editor;
const versions = new Map<string, number[]>();
let credentials: Record<string, StoredCredential>;

beforeAll(async () => {
	const { api } = bed;
	credentials = {
		...bed.credentials,
		magicHourWebhookApi: await api.createCredential('magicHourWebhookApi', 'Webhook', {
			signingSecret: 'secret',
		}),
		googleDriveOAuth2Api: await api.createCredential('googleDriveOAuth2Api', 'Drive', {
			clientId: 'none',
			clientSecret: 'none',
		}),
		openAiApi: await api.createCredential('openAiApi', 'OpenAI', { apiKey: 'none' }),
	};
	for (const { name, version } of await api.nodeTypes()) {
		versions.set(name, [...(versions.get(name) ?? []), version].flat());
	}
	browser = await openBrowser();
	editor = new Editor(await (await openSession(browser, api)).newPage());
});

afterAll(async () => await browser?.close());

/** The data table node of the examples needs n8n 2, as their notes say. */
const fits = (name: string) =>
	bed.run.target === '2.x' || !name.startsWith('resume-without-polling');

const work = ({ nodes }: WorkflowFile) =>
	nodes.filter(({ type }) => type !== 'n8n-nodes-base.stickyNote');

const namesOf = (nodes: INode[]) => nodes.map(({ name }) => name).sort();

describe.each(exampleNames())('The import of "%s"', (name) => {
	it('finds every node type', async () => {
		if (!fits(name)) return;
		for (const { type, typeVersion } of exampleAsDelivered(name).nodes) {
			expect(versions.get(type) ?? `no node type ${type}`).toContain(typeVersion);
		}
	});

	it('shows no warning once the credentials are chosen', async () => {
		if (!fits(name)) return;
		const file = exampleWorkflow(name, { credentials, files: bed.run.files });
		await editor.import(file);

		expect(await editor.nodeNames()).toEqual(namesOf(work(file)));
		expect(await editor.messages()).toEqual([]);
		expect(await editor.marked()).toEqual([]);
	});
});

describe('The import of a workflow with an empty required parameter', () => {
	it('shows a warning at the node: these tests would see one', async () => {
		const change = { 'Lip Sync': { audio: url('') } };
		const setUp = { credentials, files: bed.run.files, change };
		await editor.import(exampleWorkflow('wait-and-download', setUp));

		const marked = await until('the warning', async () => {
			const names = await editor.marked();
			return names.length > 0 ? names : undefined;
		});
		expect(marked).toEqual(['Lip Sync']);
	});
});
