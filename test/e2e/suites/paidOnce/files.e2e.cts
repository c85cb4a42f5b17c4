import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import axios from 'axios';
import { file } from '../../../support/sources.cts';
import { awaitedJob, useServerBed } from '../../serverBed.cts';
import { call, newExecution, newPath, webhook } from '../../webhooks.cts';
import { lipSync, node, outputJson, workflow } from '../../workflow.cts';
import type { INode } from 'n8n-workflow';
import type { StoredWorkflow } from '../../../../n8n/rest.cts';

/** Files that came with the request that started the execution: n8n renames them when it ends. */

const bed = useServerBed();

const sample = (name: string) =>
	new Blob([readFileSync(join(__dirname, '../../../../samples', name))]);

const impatient = {
	...awaitedJob,
	audio: file('audio'),
	video: file('video'),
	options: { pollInterval: 0.1, timeoutMinutes: 0.01 },
};

const publish = async (name: string, trigger: INode) => {
	const { api, credentials } = bed;
	const stored = await api.importWorkflow(
		workflow(name, [trigger, lipSync(impatient, { credentials })]),
	);
	await api.publish(stored);
	return stored;
};

/** The wait of its only job times out, the job is finished, and a person retries the execution. */
async function expectTakenUp(id: string): Promise<void> {
	const { api, sandbox } = bed;
	const failed = await api.finished(id);
	expect(failed.data.resultData.error?.message).toContain('is not finished after');
	sandbox.finish(sandbox.jobs[0]!.id);

	const retried = await api.retry(id);

	expect(sandbox.jobs).toHaveLength(1);
	expect(sandbox.requestsTo('upload')).toHaveLength(2);
	expect(retried.status).toBe('success');
	expect(outputJson(retried, 'Lip Sync')).toMatchObject([{ id: sandbox.jobs[0]!.id }]);
}

describe('A retry makes no second job of files', () => {
	beforeEach(() => bed.sandbox.setScript(() => ({ outcome: 'never' })));

	it('that a webhook received', async () => {
		const path = newPath('files');
		const stored = await publish('Files by webhook', webhook(path));
		const body = new FormData();
		body.append('video', sample('talking-head.mp4'), 'talking-head.mp4');
		body.append('audio', sample('voice-over.mp3'), 'voice-over.mp3');

		await expectTakenUp(await call(bed.api, stored, `webhook/${path}`, body));
	});

	it('that were put into a form', async () => {
		const field = (fieldLabel: string) => ({ fieldLabel, fieldType: 'file', multipleFiles: false });
		const form = node(
			'Form',
			'n8n-nodes-base.formTrigger',
			{
				formTitle: 'Dub it',
				formFields: { values: [field('video'), field('audio')] },
				options: {},
			},
			{ typeVersion: 2.2 },
		);
		const webhookId = newPath('form');
		const stored: StoredWorkflow = await publish('Files by form', { ...form, webhookId });
		const body = new FormData();
		body.append('field-0', sample('talking-head.mp4'), 'talking-head.mp4');
		body.append('field-1', sample('voice-over.mp3'), 'voice-over.mp3');

		await expectTakenUp(
			await newExecution(bed.api, stored, async () => {
				await axios.post(`${bed.api.url}/form/${webhookId}`, body);
			}),
		);
	});
});
