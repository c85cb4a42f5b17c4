import type { Browser } from 'playwright-core';
import { openBrowser, openSession } from '../editor/browser.cts';
import { Editor } from '../editor/editor.cts';
import { areaOf, Movie, takePicture } from '../editor/pictures.cts';
import { exampleWorkflow } from '../../../n8n/exampleWorkflows.cts';
import { until } from '../../../n8n/poll.cts';
import { personalJob, useServerBed } from '../serverBed.cts';
import { lipSync, start, withRows, workflow } from '../workflow.cts';

// The pictures show the newest n8n only.
const bed = useServerBed();
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

// Dark ones differ by colors alone, so only the run that keeps them takes them.
const themes = process.env.DOCS_IMAGES ? (['light', 'dark'] as const) : (['light'] as const);

inNewest.each(themes)('Pictures for the documentation, %s', (theme) => {
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
		await editor.page.getByText('Wait for a video to finish').waitFor();
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
		await editor.openNode('Magic Hour Lip Sync Trigger');
		await editor.showWebhookUrls();
		await editor.panel.getByText('Production URL', { exact: true }).click();
		await editor.panel.getByText('Wait for a Magic Hour event').waitFor();
		const panel = await areaOf(editor.parameters);
		const last = await areaOf(editor.addOption, 24);
		await takePicture(editor.page, `trigger-${theme}`, {
			...panel,
			height: last.y + last.height - panel.y,
		});
		await editor.closeNode();
		expect(sandbox.requests).toEqual([]);
	});

	it('shows the form, filled in with files of two nodes', async () => {
		const { api, credentials, run } = bed;
		await editor.page.setViewportSize({ width: 1400, height: 1200 });
		const filled = exampleWorkflow('first-job', { credentials, files: run.files });
		await editor.open(await api.importWorkflow(filled));
		await editor.openNode('Lip Sync');
		const panel = await areaOf(editor.parameters);
		const last = await areaOf(editor.addOption, 24);
		await takePicture(editor.page, `form-${theme}`, {
			...panel,
			height: last.y + last.height - panel.y,
		});
	});

	it('shows the credential after its test', async () => {
		await editor.panel.getByTestId('credential-edit-button').click();
		const dialog = editor.page.getByTestId('editCredential-modal');
		await dialog.getByText('Connection tested successfully').waitFor();
		// Whoever opens the next workflow leaves the dialog behind.
		await takePicture(editor.page, `credential-${theme}`, await areaOf(dialog));
	});

	it('shows an error, with what to do now', async () => {
		const { api, credentials, sandbox } = bed;
		const message = 'Insufficient credits. Please purchase more credits.';
		const body = { code: 'insufficient_credits', message };
		sandbox.fail({ on: 'createLipSync', action: { status: 402, body } });
		await editor.page.setViewportSize({ width: 2000, height: 900 });
		const broke = workflow('Error', [start(), lipSync(personalJob, { credentials })]);
		await editor.open(await api.importWorkflow(broke));
		await editor.openNode('Lip Sync');
		await editor.executeStep();
		await editor.output.getByText('Buy credits').waitFor();
		const output = await areaOf(editor.output);
		await takePicture(editor.page, `error-${theme}`, { ...output, height: 420 });
		await editor.closeNode();
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
		const lastColumn = await areaOf(editor.output.locator('th', { hasText: 'credits_charged' }));
		await takePicture(editor.page, `batch-${theme}`, {
			...output,
			width: lastColumn.x + lastColumn.width - output.x,
			height: table.y + table.height + 16 - output.y,
		});
	});
});

inNewest('The moving picture of the README', () => {
	it('shows the first run: find the node, enter two addresses, click, and play the video', async () => {
		const { api, sandbox } = bed;
		sandbox.setScript(() => ({ outcome: 'never' }));
		const editor = await openEditor('light');
		const { page } = editor;
		await page.setViewportSize({ width: 1080, height: 680 });
		await editor.open(await api.importWorkflow(workflow('First run', [start()])));

		const movie = new Movie(page);
		await editor.searchNodes('lip sync');
		await editor.offer('Magic Hour Lip Sync').waitFor();
		await movie.hold(1.5);
		await editor.offer('Magic Hour Lip Sync').click();
		const action = page.getByText('Create a lip-synced video');
		await action.waitFor();
		await editor.standsStill(action);
		await movie.hold(1.5);
		await action.click();
		await editor.parameters.waitFor();
		await movie.hold(1.5);
		await editor.fillLocator('video', 'https://example.com/talking-head.mp4');
		await movie.hold(1);
		await editor.fillLocator('audio', 'https://example.com/voice-over.mp3');
		await movie.hold(1);
		await editor.choose('clipEnd', 'At a Given Second');
		await editor.parameter('endSeconds').locator('input').fill('5');
		await movie.hold(1.5);
		await editor.executeStep();
		await until('a status check', () => sandbox.requestsTo('getProject')[0]);
		for (let frame = 0; frame < 6; frame++) await movie.hold(0.25);
		sandbox.finish(sandbox.jobs[0]!.id);
		const view = editor.output.getByRole('button', { name: 'View' });
		await view.waitFor();
		await movie.hold(2);
		await view.click();
		await page.locator('video').waitFor();
		for (let frame = 0; frame < 14; frame++) await movie.hold(0.25);
		await movie.save('first-run');
		await page.context().close();
	});
});
