import { randomUUID } from 'node:crypto';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import type { Browser } from 'playwright-core';
import { openBrowser, openSession } from '../editor/browser.cts';
import { Editor } from '../editor/editor.cts';
import type { WorkflowFile } from '../../../n8n/rest.cts';
import { until } from '../../../n8n/poll.cts';
import { awaitedJob, personalJob, useServerBed } from '../serverBed.cts';
import { lipSync, node, start, withRows, workflow } from '../workflow.cts';

const bed = useServerBed();
let browser: Browser;
let editor: Editor;

beforeAll(async () => {
	browser = await openBrowser();
	const session = await openSession(browser, bed.api);
	editor = new Editor(await session.newPage());
});

afterAll(async () => await browser?.close());

const OUTPUTS = ['videoFile', 'videoUrl', 'jobId'];

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

	it.each(['lip sync', 'dub', 'magic hour', 'talking video', 'avatar', 'translate video'])(
		'finds the node by "%s"',
		async (words) => {
			await editor.searchNodes(words);
			await editor.offer('Magic Hour Lip Sync').waitFor();
		},
	);

	it('shows node and trigger as one entry', async () => {
		await editor.offer('Magic Hour Lip Sync').click();
		await editor.page
			.getByText('Lip sync videos with Magic Hour, and start workflows when a render is finished')
			.first()
			.waitFor();
		await editor.page.getByText('Triggers (9)').waitFor();
	});

	it('lists what the node can do, and adds it', async () => {
		await editor.offer('Magic Hour Lip Sync').waitFor({ state: 'hidden' });
		expect(await editor.offeredActions()).toEqual([
			'Create a lip-synced video',
			'Estimate the price of a lip-synced video',
			'Wait for a video to finish',
			'Download a finished video',
			'Get the status of a video',
			'Delete a finished video',
			'Upload a file',
			'Get credits and plan',
		]);
		await editor.page.getByText('Create a lip-synced video').click();

		await editor.parameters.waitFor();
		expect(await editor.fields()).toEqual(expect.arrayContaining(['Video', 'Audio', 'Output']));
		await editor.closeNode();
		const created = editor.node('Create a lip-synced video');
		expect(await created.innerText()).toContain('Create: Lip Sync');
	});
});

describe('The panel', () => {
	const source = ['Video', 'Audio'];
	const clip = ['Clip Ends', 'Start (Seconds)', 'Generation Mode'];
	const operations = {
		'lipSync create': [...source, ...clip, 'Output', 'Simplify', 'Options'],
		'lipSync estimate': [...source, ...clip, 'Options'],
		'project wait': ['Video Project', 'Output', 'Simplify', 'Options'],
		'project download': ['Video Project', 'Simplify', 'Options'],
		'project get': ['Video Project', 'Simplify'],
		'project delete': ['Video Project'],
		'file upload': ['File Type', 'File'],
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
				...Object.fromEntries(OUTPUTS.map((output) => [output, { output }])),
				seconds: { clipEnd: 'seconds' },
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

	it('starts with what most people want', async () => {
		await editor.openNode('lipSync create');
		expect(await editor.locatorModes('video')).toEqual(['By URL', 'File', 'YouTube']);
		expect(await editor.locatorModes('audio')).toEqual(['By URL', 'File']);
		const chosen = ['clipEnd', 'startSeconds', 'generationMode', 'output'].map(
			async (name) => await editor.parameter(name).locator('input').first().inputValue(),
		);
		expect(await Promise.all(chosen)).toEqual(['When the Audio Ends', '0', 'Lite', 'Video File']);
		await editor.closeNode();
	});

	it('asks for the end in seconds only where the clip ends at a given second', async () => {
		await editor.openNode('seconds');
		const fields = await editor.fields();
		expect(fields[fields.indexOf('Start (Seconds)') + 1]).toBe('End (Seconds)');
		await editor.closeNode();
	});

	it('has options only where they do something', async () => {
		const always = ['Max Credits', 'Max FPS Limit', 'Name'];
		const rate = ['Parallel Requests', 'Patience Under Limits (Minutes)'];
		const size = ['Size: Height (Deprecated)', 'Size: Width (Deprecated)'];
		const wait = ['Poll Interval (Seconds)', ...size, 'Timeout (Minutes)'];
		const options: Record<string, string[]> = {
			videoFile: [...always, 'Output Field', ...rate, ...wait],
			videoUrl: [...always, ...rate, ...wait],
			jobId: [...always, ...rate, ...size],
		};
		const offered: Record<string, string[]> = {};
		for (const output of OUTPUTS) {
			await editor.openNode(output);
			expect((await editor.fields()).includes('Simplify')).toBe(output !== 'jobId');
			offered[output] = await editor.offeredOptions();
			await editor.closeNode();
		}
		expect(offered).toEqual(options);
	});

	it('says what each field takes, and what it costs', async () => {
		await editor.openNode('lipSync create');
		const words = async () => await editor.parameters.innerText();
		expect(await words()).toContain('A public web address, or a file_path from Upload a file');
		expect(await words()).toContain(
			'About 30 credits per second of the clip; in Pro mode about 60',
		);
		await editor.chooseLocatorMode('video', 'File');
		expect(await words()).toContain("{{ $('Read Video').item.binary.data }}");
		await editor.chooseLocatorMode('audio', 'File');
		expect(await words()).toContain("{{ $('Read Audio').item.binary.data }}");
		await editor.chooseLocatorMode('video', 'YouTube');
		expect(await words()).toContain('The address of a public video');
		await editor.closeNode();
	});

	it('warns of sources that are empty', async () => {
		await editor.openNode('lipSync estimate');
		expect(await editor.hasWarning('video')).toBe(true);
		expect(await editor.hasWarning('audio')).toBe(true);
		await editor.fillLocator('audio', 'https://example.com/voice-over.mp3');
		expect(await editor.hasWarning('video')).toBe(true);
		await editor.closeNode();
	});

	it('takes the ID of the item before for its video project', async () => {
		await editor.openNode('project wait');
		expect(await editor.parameter('projectId').innerText()).toContain('{{ $json.id }}');
		await editor.closeNode();
	});
});

describe("The trigger's panel", () => {
	const openTrigger = async (parameters: IDataObject = {}) => {
		const file = workflow('Trigger', [
			node(
				'Magic Hour Lip Sync Trigger',
				'n8n-nodes-magic-hour.magicHourLipSyncTrigger',
				parameters,
			),
		]);
		const [trigger] = file.nodes;
		trigger!.webhookId = randomUUID();
		await open(file);
		return trigger!;
	};

	it('asks for project types only where there are video events', async () => {
		await openTrigger({ events: ['audio.completed'] });
		await editor.openNode('Magic Hour Lip Sync Trigger');
		expect(await editor.fields()).toEqual(['Events', 'Options']);
		await editor.closeNode();
	});

	it('shows its fields, its URLs and the three steps', async () => {
		const trigger = await openTrigger();
		await editor.openNode('Magic Hour Lip Sync Trigger');

		expect(await editor.fields()).toEqual(['Events', 'Project Types', 'Options']);
		const words = await editor.parameters.innerText();
		for (const step of [
			'Connect once:',
			'Open “Webhook URLs” above, choose “Production URL” and copy it',
			'In the Magic Hour Developer Hub',
			'Copy the signing secret it shows into the credential of this node. Then publish this workflow.',
		]) {
			expect(words).toContain(step);
		}
		await editor.showWebhookUrls();
		const path = `${trigger.webhookId}/webhook`;
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
		await editor.output.getByText(/^3 lip sync jobs, \d+ credits charged\.$/).waitFor();
		await editor.closeNode();
	});

	it('says what Stop does while it waits', async () => {
		bed.sandbox.setScript(() => ({ outcome: 'never' }));
		await open(workflow('Wait', [start(), lipSync(awaitedJob, { credentials: bed.credentials })]));
		await editor.openNode('Lip Sync');
		await editor.executeStep();
		await until('a status check', () => bed.sandbox.requestsTo('getProject')[0]);

		await editor.output.getByText('Executing node').waitFor();
		expect(await editor.output.innerText()).toContain(
			'Stop only stops the waiting: videos already started are still rendered and charged.',
		);
		bed.sandbox.finish(bed.sandbox.jobs[0]!.id);
		await editor.output.getByText('complete', { exact: true }).first().waitFor();
		expect(await editor.output.innerText()).not.toContain('Stop only stops the waiting');
		await editor.closeNode();
	});

	it('says what comes next where it did not wait', async () => {
		const job = { ...awaitedJob, output: 'jobId' };
		await open(workflow('Go on', [start(), lipSync(job, { credentials: bed.credentials })]));
		await editor.openNode('Lip Sync');
		await editor.executeStep();

		await editor.output.getByText(/^The video is not rendered yet\./).waitFor();
		await editor.closeNode();
	});

	it('makes a video of two files of two nodes, once the expression is one', async () => {
		const { credentials, run } = bed;
		const read = async (name: string, sample: string) => {
			const path = join(run.files, sample);
			await copyFile(join(__dirname, '../../../samples', sample), path);
			return node(name, 'n8n-nodes-base.readWriteFile', { fileSelector: path, options: {} });
		};
		await open(
			workflow('Two files', [
				start(),
				await read('Read Video', 'talking-head.mp4'),
				await read('Read Audio', 'voice-over.mp3'),
				lipSync({ options: { pollInterval: 0.1 } }, { credentials }),
			]),
		);
		await editor.openNode('Lip Sync');
		await editor.chooseLocatorMode('audio', 'File');
		await editor.fillLocator('audio', 'data');
		await editor.chooseLocatorMode('video', 'File');
		await editor.fillLocator('video', "{{ $('Read Video').item.binary.data }}");
		await editor.executeStep();
		await editor.output.getByText('Video: the expression was read as text').first().waitFor();
		await editor.output.getByText('switch it from Fixed to Expression').first().waitFor();

		await editor.makeExpression('video');
		await editor.executeStep();
		await editor.output.getByRole('button', { name: 'View' }).waitFor();
		expect(bed.sandbox.jobs).toHaveLength(1);
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
		await editor.makeFixed('projectId');
		await editor.fillLocator('projectId', `https://magichour.ai/my-library?videoId=${id}`);
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
