import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exampleNames, exampleWorkflow } from '../exampleWorkflows.cts';
import type { WorkflowFile } from '../n8n/rest.cts';
import { useTestBed } from '../testBed.cts';

const samples = join(__dirname, '..', '..', '..', 'samples');
const bed = useTestBed();

const load = (name: string) =>
	exampleWorkflow(name, { credentials: bed.credentials, files: bed.run.files });

const manualTrigger = ({ nodes }: WorkflowFile) =>
	nodes.find(({ type }) => type === 'n8n-nodes-base.manualTrigger')?.name;

/** Those that need somebody else: they are in the trigger's suite, or in `test/engine/cookbook.test.cts`. */
const needsAnother = [
	'human-approval',
	'results-to-bucket',
	'resume-without-polling-callback',
	'resume-without-polling-create',
	'text-to-speech-to-video',
];

/** Those that a person starts and that end by themselves. */
const startedByHand = exampleNames().filter((name) => {
	const workflow = exampleWorkflow(name, { credentials: {}, files: '' });
	return manualTrigger(workflow) !== undefined && !needsAnother.includes(name);
});

beforeAll(async () => {
	for (const file of ['talking-head.mp4', 'voice-over.mp3']) {
		await copyFile(join(samples, file), join(bed.run.files, file));
	}
});

describe('An example workflow', () => {
	it.each(exampleNames())('"%s" has only nodes that this n8n knows', async (name) => {
		const versions = new Map<string, number[]>();
		for (const { name: type, version } of await bed.api.nodeTypes()) {
			versions.set(type, [...(versions.get(type) ?? []), version].flat());
		}
		// n8n 1.x has data tables, but not yet everything the examples do with them.
		if (bed.run.target === '1.x' && name.startsWith('resume-without-polling')) return;
		for (const { type, typeVersion } of load(name).nodes) {
			expect(versions.get(type) ?? `no node type ${type}`).toContain(typeVersion);
		}
	});

	it.each(startedByHand)('"%s" runs to its end', async (name) => {
		const stored = await bed.api.importWorkflow(load(name));

		const execution = await bed.api.run(stored, manualTrigger(stored)!);

		expect(execution.data.resultData.error).toBeUndefined();
		expect(execution.status).toBe('success');
		for (const { project } of bed.sandbox.jobs) expect(project.status).not.toBe('error');
	});
});
