import type { Locator, Page } from 'playwright-core';
import { until } from '../../../n8n/poll.cts';
import type { StoredWorkflow, WorkflowFile } from '../../../n8n/rest.cts';

/** n8n's editor, in the words of a person who uses it. */
export class Editor {
	constructor(readonly page: Page) {
		// Long enough for a browser on a busy machine; whatever is there sooner is not waited for.
		page.setDefaultTimeout(60_000);
	}

	/** Opens a workflow on the canvas. */
	async open(workflow: StoredWorkflow): Promise<void> {
		// The first page of a fresh n8n takes its time.
		const patience = { timeout: 60_000 };
		await this.page.goto(`/workflow/${workflow.id}`, patience);
		await this.page.getByTestId('canvas-node').first().waitFor(patience);
	}

	/** "Import from file" on an empty canvas: a new one, or the same as last time, cleared. */
	async import(file: WorkflowFile): Promise<void> {
		if (await this.nodes.first().isVisible()) {
			await this.page.locator('.vue-flow__pane').click({ position: { x: 5, y: 5 } });
			await this.page.keyboard.press('ControlOrMeta+a');
			await this.page.keyboard.press('Delete');
		} else {
			await this.page.goto('/workflow/new', { timeout: 60_000 });
		}
		await this.page.getByText('Add first step').first().waitFor({ timeout: 60_000 });
		await this.page.getByTestId('workflow-import-input').setInputFiles({
			name: 'workflow.json',
			mimeType: 'application/json',
			buffer: Buffer.from(JSON.stringify(file)),
		});
		await this.node(file.nodes.at(-1)!.name).waitFor();
	}

	/** Zooms so that the whole workflow is seen, and waits until the canvas stands still. */
	async showAll(): Promise<void> {
		await this.page.keyboard.press('1');
		await this.standsStill(this.nodes.first());
	}

	/** Waits until something has slid to its place. */
	async standsStill(what: Locator): Promise<void> {
		let before = '';
		await until('the page to stand still', async () => {
			const now = JSON.stringify(await what.boundingBox());
			if (now === before) return true;
			before = now;
			return undefined;
		});
	}

	/** All nodes and notes. */
	get everything(): Locator {
		return this.page.locator('[data-test-id=canvas-node], [data-test-id=sticky]');
	}

	/** Unfolds the URLs of an opened trigger. */
	async showWebhookUrls(): Promise<void> {
		const url = this.panel.getByText('/webhook-test/').first();
		if (!(await url.isVisible())) await this.panel.getByText('Webhook URLs').first().click();
		await url.waitFor();
	}

	/** All nodes on the canvas; notes are none. */
	private get nodes(): Locator {
		return this.page.getByTestId('canvas-node');
	}

	/** The names of all nodes on the canvas. */
	async nodeNames(): Promise<string[]> {
		return await namesOf(this.nodes);
	}

	/** The names of the nodes that n8n marks: type not known, or parameters or credentials not in order. */
	async marked(): Promise<string[]> {
		const mark = this.page.locator('[data-test-id=node-issues], [data-test-id=node-not-installed]');
		return await namesOf(this.nodes.filter({ has: mark }));
	}

	/** The messages in the corner. */
	async messages(): Promise<string[]> {
		return await this.page.locator('.el-notification').allInnerTexts();
	}

	/** Types into the nodes panel. */
	async searchNodes(text: string): Promise<void> {
		const search = this.page.getByTestId('node-creator-search-bar');
		if (!(await search.isVisible()))
			await this.page.getByTestId('node-creator-plus-button').click();
		await search.fill(text);
	}

	/** What the nodes panel offers under this name. */
	offer(name: string): Locator {
		return this.page.getByTestId('node-creator-item-name').getByText(name, { exact: true });
	}

	/** What the details of a node in the nodes panel offer as actions, in their order. */
	async offeredActions(): Promise<string[]> {
		const names = this.page.getByTestId('node-creator-item-name').filter({ visible: true });
		await names.first().waitFor();
		const texts = (await names.allInnerTexts()).map((text) => text.trim());
		return texts.filter((text) => !text.startsWith('On '));
	}

	/** The node on the canvas that has this name. */
	node(name: string): Locator {
		return this.page.locator(`[data-test-id=canvas-node][data-node-name="${name}"]`);
	}

	/** Opens the panel of a node. */
	async openNode(name: string): Promise<void> {
		await this.node(name).dblclick();
		await this.parameters.waitFor();
	}

	/** Goes back to the canvas. */
	async closeNode(): Promise<void> {
		const close = this.page.getByTestId('ndv-close-button');
		// The way back in n8n 1.x.
		await close.or(this.page.getByTestId('back-to-canvas')).first().click();
		await this.panel.waitFor({ state: 'hidden' });
	}

	/** The whole panel of the opened node: input, parameters, output. */
	get panel(): Locator {
		return this.page.getByTestId('ndv');
	}

	/** The middle of the panel. */
	get parameters(): Locator {
		return this.panel.getByTestId('node-parameters').first();
	}

	/** Opens the dialog for a new credential. */
	async newCredential(): Promise<void> {
		await this.panel.getByTestId('node-credentials-select').click();
		await this.page.getByTestId('node-credentials-select-item-new').click();
	}

	/** Chooses from the list of a field. */
	async choose(name: string, option: string): Promise<void> {
		await this.parameter(name).click();
		await this.page.getByRole('option', { name: option }).click();
	}

	/** The right side of the panel. */
	get output(): Locator {
		return this.panel.getByTestId('output-panel');
	}

	/** The parameter with this name (of the workflow's JSON). */
	parameter(name: string): Locator {
		return this.parameters.getByTestId(`parameter-input-${name}`);
	}

	/** The labels of all fields that can be seen, in their order, collections included. */
	async fields(): Promise<string[]> {
		const labels = this.parameters.getByTestId('input-label').filter({ visible: true });
		// Below its label, a field has the switch between "Fixed" and "Expression".
		return (await labels.allInnerTexts()).map((text) => text.trim().split('\n')[0]!);
	}

	/** The list that says "Add option"; n8n 1.x has nothing but this text for it. */
	get addOption(): Locator {
		const named = this.parameters.getByTestId('collection-parameter-add');
		return named.or(this.parameters.getByPlaceholder('Add option')).first();
	}

	/** What "Add option" offers. */
	async offeredOptions(): Promise<string[]> {
		await this.addOption.click();
		const options = this.page.getByRole('option').filter({ visible: true });
		await options.first().waitFor();
		const names = (await options.allInnerTexts()).map((text) => text.trim());
		await this.page.keyboard.press('Escape');
		return names;
	}

	/** Whether n8n marks a parameter as one that must be mended before a run. */
	async hasWarning(name: string): Promise<boolean> {
		return await this.parameter(name).evaluate(
			(element) =>
				element.closest('.has-issues') !== null || !!element.querySelector('.has-issues'),
		);
	}

	/** Chooses how a resource locator is given, such as "By URL". */
	async chooseLocatorMode(name: string, mode: string): Promise<void> {
		await this.parameter(name).getByTestId('rlc-mode-selector').click();
		await this.page.getByRole('option', { name: mode }).click();
	}

	/** The ways a resource locator offers. */
	async locatorModes(name: string): Promise<string[]> {
		await this.parameter(name).getByTestId('rlc-mode-selector').click();
		const options = this.page.getByRole('option').filter({ visible: true });
		await options.first().waitFor();
		const names = (await options.allInnerTexts()).map((text) => text.trim());
		await this.page.keyboard.press('Escape');
		return names;
	}

	/** Takes the expression out of a field that starts with one. */
	async makeFixed(name: string): Promise<void> {
		await this.switchTo('fixed', name);
	}

	/** Lets a field be evaluated, with what is in it. */
	async makeExpression(name: string): Promise<void> {
		await this.switchTo('expression', name);
	}

	private async switchTo(kind: 'fixed' | 'expression', name: string): Promise<void> {
		await this.parameter(name).hover();
		const switches = this.parameters.getByTestId(`${name}-parameter-input-options-container`);
		await switches.getByTestId(`radio-button-${kind}`).click();
	}

	/** Where the value of a resource locator is typed in. */
	private locatorInput(name: string): Locator {
		return this.parameter(name).getByTestId('rlc-input');
	}

	/** Types the value of a resource locator. */
	async fillLocator(name: string, text: string): Promise<void> {
		await this.locatorInput(name).fill(text);
		// The editor takes a text over a moment after it was typed.
		await until(`${name} to be taken over`, async () =>
			(await this.hasWarning(name)) ? undefined : true,
		);
	}

	/** Runs the opened node, and what comes before it where that has not run. */
	async executeStep(): Promise<void> {
		await this.panel.getByTestId('node-execute-button').click();
	}
}

async function namesOf(nodes: Locator): Promise<string[]> {
	const names = (await nodes.all()).map(
		async (node) => (await node.getAttribute('data-node-name'))!,
	);
	return (await Promise.all(names)).sort();
}
