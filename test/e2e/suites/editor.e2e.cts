import { randomUUID } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { openBrowser, openSession } from '../editor/browser.cts';
import { Editor } from '../editor/editor.cts';
import type { WorkflowFile } from '../n8n/rest.cts';
import { until } from '../poll.cts';
import { awaitedJob, personalJob, useTestBed } from '../testBed.cts';
import { lipSync, node, start, withRows, workflow } from '../workflow.cts';

const bed = useTestBed();
let browser: Browser;
let editor: Editor;

beforeAll(async () => {
	browser = await openBrowser();
	const session = await openSession(browser, bed.api);
	editor = new Editor(await session.newPage());
});

afterAll(async () => await browser?.close());

/** Imports a workflow and opens it on the canvas. */
async function open(file: WorkflowFile): Promise<void> {
	await editor.open(await bed.api.importWorkflow(file));
}

/** A workflow with one node for each set of parameters, named as given. */
const nodesWith = (parameters: Record<string, Record<string, unknown>>) =>
	workflow('Panels', [
		start(),
		...Object.entries(parameters).map(([name, values]) => ({
			...lipSync(values as never, { credentials: bed.credentials }),
			id: name,
			name,
		})),
	]);

describe('The nodes panel', () => {
	beforeAll(async () => await open(workflow('Empty', [start()])));

	it.each(['lip sync', 'dub', 'magic hour'])('finds the node by "%s"', async (words) => {
		await editor.searchNodes(words);
		await editor.offer('Magic Hour Lip Sync').waitFor();
	});

	it('lists what the node can do, and adds it', async () => {
		await editor.offer('Magic Hour Lip Sync').click();
		await editor.page.getByText('Create a lip sync').click();

		await editor.parameters.waitFor();
		expect(await editor.fields()).toContain('Audio URL or File Path');
		await editor.closeNode();
		expect(await editor.node('Create a lip sync').isVisible()).toBe(true);
	});
});

describe('The panel', () => {
	const clip = ['Start (Seconds)', 'End (Seconds)', 'Generation Mode'];
	const operations = {
		'lipSync create': [
			...['Audio Input', 'Audio URL or File Path'],
			...['Video Source', 'Video Input', 'Video URL or File Path'],
			...[...clip, 'Wait for Completion', 'Additional Fields', 'Options'],
		],
		'lipSync estimate': [...clip, 'Additional Fields'],
		'project get': ['Video Project'],
		'project wait': ['Video Project', 'Download Result', 'Options'],
		'project download': ['Video Project', 'Put Output File in Field'],
		'project delete': ['Video Project'],
		'file upload': ['File Type', 'Input Binary Field'],
		'account get': [],
	};

	beforeAll(async () => {
		const parameters = Object.keys(operations).map((name) => {
			const [resource, operation] = name.split(' ');
			return [name, { resource, operation }];
		});
		await open(
			nodesWith({
				...Object.fromEntries(parameters),
				Binary: { audioInput: 'binary', videoInput: 'binary' },
				YouTube: { videoSource: 'youtube' },
				Waiting: { waitForCompletion: true },
				Downloading: { waitForCompletion: true, downloadOutput: true },
			}),
		);
	});

	it('shows the fields of each operation and none of another', async () => {
		const shown: Record<string, string[]> = {};
		for (const name of Object.keys(operations)) {
			await editor.openNode(name);
			const [resource, operation, ...fields] = await editor.fields();
			expect([resource, operation]).toEqual(['Resource', 'Operation']);
			shown[name] = fields;
			await editor.closeNode();
		}
		expect(shown).toEqual(operations);
	});

	it('shows the fields of the chosen sources', async () => {
		const fieldsOf = async (name: string) => {
			await editor.openNode(name);
			const fields = await editor.fields();
			await editor.closeNode();
			return fields;
		};

		const binary = await fieldsOf('Binary');
		expect(binary).toContain('Audio Input Binary Field');
		expect(binary).toContain('Video Input Binary Field');
		expect(binary).not.toContain('Audio URL or File Path');
		expect(binary).not.toContain('Video URL or File Path');

		const youtube = await fieldsOf('YouTube');
		expect(youtube).toContain('YouTube URL');
		expect(youtube).not.toContain('Video Input');
		expect(youtube).not.toContain('Video URL or File Path');

		const waiting = await fieldsOf('Waiting');
		expect(waiting).toContain('Download Result');
		expect(waiting).not.toContain('Put Output File in Field');
		expect(await fieldsOf('Downloading')).toContain('Put Output File in Field');
	});

	it('warns of required fields that are empty', async () => {
		await editor.openNode('lipSync create');
		expect(await editor.hasWarning('audioFilePath')).toBe(true);
		expect(await editor.hasWarning('videoFilePath')).toBe(true);
		await editor
			.parameter('audioFilePath')
			.locator('input, textarea')
			.first()
			.fill('https://x.y/z.mp3');
		await editor.parameter('endSeconds').click();
		expect(await editor.hasWarning('audioFilePath')).toBe(false);
		await editor.closeNode();

		await editor.openNode('project get');
		expect(await editor.hasWarning('projectId')).toBe(true);
		await editor.closeNode();
	});
});

describe("The trigger's panel", () => {
	it('shows its fields, its URLs and the three steps', async () => {
		const file = workflow('Trigger', [
			node('Magic Hour Trigger', 'n8n-nodes-magic-hour.magicHourTrigger'),
		]);
		const [trigger] = file.nodes;
		trigger!.webhookId = randomUUID();
		await open(file);
		await editor.openNode('Magic Hour Trigger');

		expect(await editor.fields()).toEqual(['Events', 'Project Types', 'Options']);
		const words = await editor.parameters.innerText();
		for (const step of [
			'1. Copy the webhook URL above',
			'2. In the Magic Hour Developer Hub',
			'3. Copy the signing secret',
		]) {
			expect(words.split('\n')).toContainEqual(expect.stringContaining(step));
		}
		await editor.showWebhookUrls();
		const path = `${trigger!.webhookId}/webhook`;
		await editor.panel.getByText(`${bed.run.url}/webhook-test/${path}`).first().waitFor();
		await editor.panel.getByText('Production URL', { exact: true }).click();
		await editor.panel.getByText(`${bed.run.url}/webhook/${path}`).first().waitFor();
		await editor.closeNode();
	});
});

describe('A run in the editor', () => {
	it('shows the jobs as a table, with a hint that sums them up', async () => {
		const rows = ['Ada', 'Ben', 'Cem'].map((person) => ({ person }));
		await open(
			withRows(
				workflow('Batch', [start(), lipSync(personalJob, { credentials: bed.credentials })]),
				rows,
			),
		);
		await editor.openNode('Lip Sync');
		await editor.executeStep();

		await editor.output.getByText('Cem', { exact: true }).waitFor();
		const table = await editor.output.innerText();
		for (const { id } of bed.sandbox.jobs) expect(table).toContain(id);
		await editor.output.getByText(/^3 lip sync jobs, \d+ credits charged, none failed/).waitFor();
		await editor.closeNode();
	});

	it('takes the address of a video for its id', async () => {
		const { api, sandbox, credentials } = bed;
		await api.run(
			await api.importWorkflow(workflow('One', [start(), lipSync(awaitedJob, { credentials })])),
			'Start',
		);
		const { id } = sandbox.jobs[0]!;
		await open(nodesWith({ Get: { resource: 'project', operation: 'get' } }));
		await editor.openNode('Get');
		await editor.chooseLocatorMode('projectId', 'By URL');
		await editor.locatorInput('projectId').fill(`https://magichour.ai/my-library?videoId=${id}`);
		// The editor takes a text over a moment after it was typed.
		await until('the id to be taken', async () =>
			(await editor.hasWarning('projectId')) ? undefined : true,
		);
		await editor.executeStep();

		await editor.output.getByText('complete', { exact: true }).first().waitFor();
		expect(await editor.output.innerText()).toContain(id);
		await editor.closeNode();
	});
});

describe('The credential dialog', () => {
	it('is green with a good key and red with a bad one', async () => {
		await open(nodesWith({ Create: {} }));
		await editor.openNode('Create');
		await editor.panel.getByTestId('credential-edit-button').click();
		const dialog = editor.page.getByTestId('editCredential-modal');
		await dialog.getByText('Connection tested successfully').waitFor();

		await dialog.getByTestId('parameter-input-apiKey').locator('input').fill('not-the-key');
		await dialog.getByTestId('credential-save-button').click();
		await dialog.getByText(/Couldn.t connect/).waitFor();
		await editor.page.keyboard.press('Escape');
	});
});
