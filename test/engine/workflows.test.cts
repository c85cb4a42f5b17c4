import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { WorkflowJson } from '../../engine/engine.cts';
import { startSampleServer } from '../../n8n/sampleServer.cts';
import type { Service } from '../../n8n/listen.cts';
import { AUDIO, EngineBed, items, JOB, VIDEO, workflowOf } from './engineBed.cts';

// n8n's Wait node loads its form pages along, and with them ES modules that jest on Node 20 cannot load.
jest.mock('sanitize-html', () => undefined);

const ROOT = join(__dirname, '../..');
const FILES = readdirSync(join(ROOT, 'workflows'));
const MAGIC_HOUR = 'n8n-nodes-magic-hour.magicHourLipSync';
const PLACEHOLDERS: Record<string, object> = {
	[MAGIC_HOUR]: { magicHourApi: { id: '', name: 'Magic Hour account' } },
	'n8n-nodes-base.googleDrive': { googleDriveOAuth2Api: { id: '', name: 'Google Drive account' } },
	'n8n-nodes-base.googleDriveTrigger': {
		googleDriveOAuth2Api: { id: '', name: 'Google Drive account' },
	},
	[`${MAGIC_HOUR}Tool`]: { magicHourApi: { id: '', name: 'Magic Hour account' } },
	'n8n-nodes-magic-hour.magicHourLipSyncTrigger': {
		magicHourWebhookApi: { id: '', name: 'Magic Hour webhook' },
	},
};
const NOTE = 'n8n-nodes-base.stickyNote';

/** The server that stands for that of the sample addresses. */
let web: Service;
beforeAll(async () => (web = await startSampleServer()));
afterAll(async () => await web.stop());

const example = (file: string, site = 'https://example.com') =>
	JSON.parse(
		readFileSync(join(ROOT, 'workflows', file), 'utf8').replaceAll('https://example.com', site),
	) as WorkflowJson;

/** The example with some parameters of its nodes as a person has filled them in. */
function filledIn(file: string, parameters: Record<string, Record<string, unknown>>): WorkflowJson {
	const workflow = example(file, web.url);
	for (const [name, values] of Object.entries(parameters)) {
		const node = workflow.nodes.find((candidate) => candidate.name === name);
		if (node === undefined) throw new Error(`${file} has no node ${name}`);
		Object.assign(node.parameters, values);
	}
	return workflow;
}

const SOON = { options: { pollInterval: 0.1 } };

describe('example workflows', () => {
	let bed: EngineBed;
	beforeAll(async () => (bed = await EngineBed.start()));
	beforeEach(() => bed.sandbox.reset());
	afterAll(async () => await bed.stop());

	describe.each(FILES)('%s', (file) => {
		const { nodes, connections, name } = example(file);

		it('has a note that says how it ends and what to change', () => {
			const notes = nodes.filter(({ type }) => type === NOTE);
			expect(notes.map(({ parameters }) => parameters.content)).toEqual([
				expect.stringMatching(/^## .*\n### Result\n.*\n### Before you run\n/s),
			]);
			expect(name).toEqual(expect.any(String));
		});

		it('names every node once, and connects them all', () => {
			const names = nodes.map((node) => node.name);
			expect(new Set(names).size).toBe(names.length);
			const connected = Object.entries(connections).flatMap(([from, outputs]) => [
				from,
				...Object.values(outputs)
					.flat(2)
					.map((to) => to!.node),
			]);
			const work = nodes.filter(({ type }) => type !== NOTE).map((node) => node.name);
			expect(new Set(connected)).toEqual(new Set(work));
		});

		it('holds nothing of an account', () => {
			const credentials = nodes.flatMap((node) => (node.credentials ? [node.credentials] : []));
			expect(credentials).toEqual(
				nodes.flatMap(({ type }) => (type in PLACEHOLDERS ? [PLACEHOLDERS[type]] : [])),
			);
		});

		it('covers none of its nodes with another or with the note', () => {
			const boxes = nodes.map(({ parameters, position: [x, y] }) => ({
				x,
				y,
				right: x + Number(parameters.width ?? 100),
				bottom: y + Number(parameters.height ?? 100),
			}));
			const overlaps = boxes.flatMap((a, index) =>
				boxes
					.slice(index + 1)
					.filter((b) => a.x < b.right && b.x < a.right && a.y < b.bottom && b.y < a.bottom),
			);
			expect(overlaps).toEqual([]);
		});
	});

	it('first-job ends with the finished job and the video', async () => {
		const ran = await bed.run(
			filledIn('first-job.json', {
				'Read Video': { fileSelector: join(ROOT, 'samples/talking-head.mp4') },
				'Read Audio': { fileSelector: join(ROOT, 'samples/voice-over.mp3') },
				'Lip Sync': SOON,
			}),
		);
		expect(ran.error).toBeUndefined();
		const [item] = ran.items(0, 'Lip Sync');
		expect(item!.json).toMatchObject({ status: 'complete', credits_charged: 100 });
		expect(await bed.engine.content(item!.binary!.data!.id!)).toEqual(VIDEO);
		const uploaded = [...bed.sandbox.uploads.values()].map(({ bytes }) => bytes);
		expect(uploaded.sort()).toEqual([AUDIO.length, VIDEO.length].sort());
	});

	it('wait-and-download ends with the finished job and the video', async () => {
		const ran = await bed.run(filledIn('wait-and-download.json', { 'Lip Sync': SOON }));
		expect(ran.error).toBeUndefined();
		const [item] = ran.items(0, 'Lip Sync');
		expect(item!.json).toMatchObject({ status: 'complete', credits_charged: 122 });
		expect(await bed.engine.content(item!.binary!.data!.id!)).toEqual(VIDEO);
		expect(bed.sandbox.uploads.size).toBe(0);
	});

	it('youtube-video ends with the finished job and the video', async () => {
		const ran = await bed.run(filledIn('youtube-video.json', { 'Lip Sync': SOON }));
		expect(ran.error).toBeUndefined();
		const [item] = ran.items(0, 'Lip Sync');
		expect(item!.json).toMatchObject({ status: 'complete', credits_charged: 122 });
		expect(await bed.engine.content(item!.binary!.data!.id!)).toEqual(VIDEO);
		expect(bed.sandbox.jobs[0]!.request.assets).toMatchObject({ video_source: 'youtube' });
	});

	it('wait-for-jobs ends with the video of each job, and the reason of one that failed', async () => {
		bed.sandbox.setScript((_, index) => ({ outcome: index === 0 ? 'complete' : 'error' }));
		const created = await bed.run(workflowOf(items(2), JOB));
		const jobs = created.json().map(({ id }) => id);
		const addresses = jobs.map((id) => `https://magichour.ai/my-library?videoId=${id}`);
		const ran = await bed.run(
			filledIn('wait-for-jobs.json', {
				Addresses: { jsonOutput: JSON.stringify({ addresses }) },
				'Wait for Video': SOON,
			}),
		);
		expect(ran.error).toBeUndefined();
		expect(ran.json(0, 'Wait for Video')).toMatchObject([{ id: jobs[0], status: 'complete' }]);
		expect(ran.json(1, 'Wait for Video')).toMatchObject([
			{ id: jobs[1], error: expect.stringContaining('detectable face') },
		]);
	});

	describe('batch-from-sheet', () => {
		const workflow = (options: object = {}) =>
			filledIn('batch-from-sheet.json', {
				'Lip Sync Each Row': {
					options: {
						maxCredits: 1000,
						name: '={{ $json.name }}',
						pollInterval: 0.1,
						...options,
					},
				},
			});

		it('makes a job of each row, and reports the one without an audio file', async () => {
			const ran = await bed.run(workflow());
			expect(ran.error).toBeUndefined();
			expect(bed.sandbox.jobs.map(({ project }) => project.name).sort()).toEqual([
				'Welcome in English',
				'Welcome in German',
				'Welcome in Spanish',
			]);
			expect(ran.json(0, 'Report')).toEqual([
				expect.objectContaining({ row: 'Welcome in English', outcome: 'done', credits: 122 }),
				expect.objectContaining({ row: 'Welcome in Spanish', outcome: 'done', credits: 122 }),
				expect.objectContaining({ row: 'Welcome in German', outcome: 'done', credits: 122 }),
				{
					row: 'Welcome in French',
					outcome: 'failed',
					credits: 0,
					job_id: '',
					reason: 'Audio is empty',
				},
			]);
			expect(ran.json(0, 'Summary')).toEqual([
				{ outcome: 'done', count_row: 3, sum_credits: 366 },
				{ outcome: 'failed', count_row: 1, sum_credits: 0 },
			]);
		});

		it('sums up a batch in which nothing failed', async () => {
			const complete = workflow();
			const sheet = complete.nodes.find(({ name }) => name === 'Sheet')!;
			sheet.parameters = JSON.parse(
				JSON.stringify(sheet.parameters).replace(
					'head.mp4,\\n',
					`head.mp4,${web.url}/welcome-fr.mp3\\n`,
				),
			);
			const ran = await bed.run(complete);
			expect(ran.error).toBeUndefined();
			expect(ran.json(0, 'Summary')).toEqual([{ outcome: 'done', count_row: 4, sum_credits: 488 }]);
		});

		it('keeps the id of a job that failed', async () => {
			bed.sandbox.setScript((_, index) => ({ outcome: index === 0 ? 'error' : 'complete' }));
			const ran = await bed.run(workflow({ parallelRequests: 1 }));
			const [job] = bed.sandbox.jobs;
			expect(ran.json(0, 'Failed')).toContainEqual(
				expect.objectContaining({ row: job!.project.name, job_id: job!.id, credits: 0 }),
			);
			expect(ran.json(0, 'Summary')).toContainEqual({
				outcome: 'failed',
				count_row: 2,
				sum_credits: 0,
			});
		});

		it('makes nothing when the batch would cost more than Max Credits', async () => {
			const ran = await bed.run(workflow({ maxCredits: 100 }));
			expect(ran.json(0, 'Summary')).toEqual([{ outcome: 'failed', count_row: 4, sum_credits: 0 }]);
			expect(bed.sandbox.requests).toEqual([]);
		});
	});

	describe('long-render', () => {
		it('creates the job, waits, and takes it up by its id', async () => {
			const ran = await bed.run(
				filledIn('long-render.json', {
					'Wait While It Renders': { amount: 0.5, unit: 'seconds' },
					'Wait for Video': SOON,
				}),
			);
			expect(ran.error).toBeUndefined();
			const [created] = ran.json(0, 'Create Job');
			const [item] = ran.items(0, 'Wait for Video');
			expect(item!.json).toMatchObject({ id: created!.id, status: 'complete' });
			expect(await bed.engine.content(item!.binary!.data!.id!)).toEqual(VIDEO);
			expect(bed.sandbox.requestsTo('getProject')).toHaveLength(1);
		});

		it('puts the execution away while it waits as long as it is delivered', async () => {
			const ran = await bed.run(example('long-render.json', web.url));
			expect(ran.status).toBe('waiting');
			expect(bed.sandbox.jobs.map(({ project }) => project.status)).not.toContain('complete');
			const minutes = (Date.parse(String(ran.run.waitTill)) - Date.now()) / 60_000;
			expect(minutes).toBeCloseTo(4, 1);
		});
	});

	describe('spend-check', () => {
		it('makes a job of each clip while they are within the budget together', async () => {
			const ran = await bed.run(example('spend-check.json', web.url));
			expect(ran.error).toBeUndefined();
			expect(ran.json(0, 'Add Up')).toEqual([{ sum_estimated_credits: 300 }]);
			expect(ran.json(0, 'Create Jobs')).toEqual(
				[122, 122, 122].map((credits_charged) => ({ id: expect.any(String), credits_charged })),
			);
			expect(bed.sandbox.jobs.map(({ project }) => project.name).sort()).toEqual([
				'Intro',
				'Outro',
				'Tour',
			]);
		});

		it('makes nothing over the budget, and names both numbers', async () => {
			const workflow = example('spend-check.json', web.url);
			const budget = workflow.nodes.find(({ name }) => name === 'Clips and Budget')!;
			budget.parameters.jsonOutput = String(budget.parameters.jsonOutput).replace('1000', '299');
			const ran = await bed.run(workflow);
			expect(ran.error?.message).toBe(
				'These clips would cost 300 credits, and the budget is 299. Nothing was created.',
			);
			expect(bed.sandbox.requests).toEqual([]);
			expect(ran.task('Create Jobs')).toBeUndefined();
		});
	});
});
