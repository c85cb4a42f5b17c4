import type { Browser } from 'playwright-core';
import { openBrowser, openSession } from '../editor/browser.cts';
import { Editor } from '../editor/editor.cts';
import { areaOf, takePicture } from '../editor/pictures.cts';
import { exampleWorkflow } from '../exampleWorkflows.cts';
import { personalJob, useTestBed } from '../testBed.cts';
import { lipSync, start, withRows, workflow } from '../workflow.cts';

// The pictures show the newest n8n only.
const bed = useTestBed();
const inNewest = process.env.N8N_E2E_TARGET === '1.x' ? describe.skip : describe;
let browser: Browser;

beforeAll(async () => (browser = await openBrowser()));
afterAll(async () => await browser?.close());

/** The nodes panel, on the right. */
const nodesPanel = { x: 1014, y: 64, width: 386, height: 800 };

async function openEditor(theme: 'light' | 'dark'): Promise<Editor> {
	const session = await openSession(browser, bed.api, theme);
	return new Editor(await session.newPage());
}

inNewest.each(['light', 'dark'] as const)('Pictures for the documentation, %s', (theme) => {
	let editor: Editor;

	beforeAll(async () => (editor = await openEditor(theme)));
	afterAll(async () => await editor?.page.context().close());

	it('shows the first workflow on the canvas', async () => {
		const { api, credentials, run } = bed;
		const file = exampleWorkflow('first-job', { credentials, files: run.files });
		await editor.open(await api.importWorkflow(file));
		await editor.showAll();
		const { y, height, ...sides } = await areaOf(editor.everything, 64);
		// The names of the last nodes need that space below them, but above there is only n8n's own header.
		const canvas = { ...sides, y: y + 40, height: height - 40 };
		await takePicture(editor.page, `workflow-${theme}`, canvas);
	});

	it('shows what the nodes panel says', async () => {
		await editor.open(await bed.api.importWorkflow(workflow('Empty', [start()])));
		await editor.searchNodes('lip sync');
		await editor.offer('Magic Hour Lip Sync').click();
		await editor.page.getByText('Wait for a video project').waitFor();
		await takePicture(editor.page, `nodes-panel-${theme}`, nodesPanel);
	});

	it('shows the trigger with its URLs and the three steps', async () => {
		const { api, run, sandbox } = bed;
		const magicHourWebhookApi = await api.createCredential(
			'magicHourWebhookApi',
			'Magic Hour webhook',
			{ signingSecret: 'whsec_sandbox' },
		);
		const credentials = { ...bed.credentials, magicHourWebhookApi };
		const file = exampleWorkflow('notify-on-result', { credentials, files: run.files });
		await editor.open(await api.importWorkflow(file));
		await editor.page.setViewportSize({ width: 1400, height: 1400 });
		await editor.openNode('Magic Hour Trigger');
		await editor.showWebhookUrls();
		await editor.panel.getByText('Wait for a Magic Hour event').waitFor();
		const panel = await areaOf(editor.parameters);
		const last = await areaOf(editor.parameters.getByText('Add option'), 24);
		await takePicture(editor.page, `trigger-${theme}`, {
			...panel,
			height: last.y + last.height - panel.y,
		});
		await editor.closeNode();
		expect(sandbox.requests).toEqual([]);
	});

	it('shows a batch with its output', async () => {
		const { api, credentials } = bed;
		const rows = ['Ada', 'Ben', 'Cem'].map((person) => ({ person }));
		const batch = withRows(
			workflow('Batch', [start(), lipSync(personalJob, { credentials })]),
			rows,
		);
		// Wide enough for the columns of a job.
		await editor.page.setViewportSize({ width: 4000, height: 900 });
		await editor.open(await api.importWorkflow(batch));
		await editor.openNode('Lip Sync');
		await editor.executeStep();
		await editor.output.getByText('Cem', { exact: true }).waitFor();
		const output = await areaOf(editor.output);
		const table = await areaOf(editor.output.locator('table'));
		await takePicture(editor.page, `batch-${theme}`, {
			...output,
			height: table.y + table.height + 16 - output.y,
		});
	});
});
