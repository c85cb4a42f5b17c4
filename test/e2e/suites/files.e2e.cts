import { createReadStream } from 'node:fs';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listen } from '../../../n8n/listen.cts';
import { useServerBed } from '../serverBed.cts';
import { file } from '../../support/sources.cts';
import { lipSync, node, outputJson, start, workflow } from '../workflow.cts';

const samples = join(__dirname, '..', '..', '..', 'samples');
const bed = useServerBed();

/** Each from the node that read it, without a Merge node. */
const fromNodes = {
	video: file("={{ $('Video').item.binary.data }}"),
	audio: file('data'),
	clipEnd: 'seconds',
	endSeconds: 2,
	options: { pollInterval: 0.1 },
};

const uploadedBytes = () => [...bed.sandbox.uploads.values()].map(({ bytes }) => bytes).sort();

async function sampleBytes(): Promise<number[]> {
	const files = ['voice-over.mp3', 'talking-head.mp4'];
	const contents = await Promise.all(
		files.map(async (file) => await readFile(join(samples, file))),
	);
	return contents.map(({ length }) => length).sort();
}

describe('Files', () => {
	it('go from Read/Write Files to Magic Hour, and the video back to the disk', async () => {
		const { api, run, credentials } = bed;
		for (const file of ['voice-over.mp3', 'talking-head.mp4']) {
			await copyFile(join(samples, file), join(run.files, file));
		}
		const read = (name: string, sample: string) =>
			node(name, 'n8n-nodes-base.readWriteFile', {
				fileSelector: join(run.files, sample),
			});
		const written = join(run.files, 'lip-synced.mp4');
		const write = node('Write', 'n8n-nodes-base.readWriteFile', {
			operation: 'write',
			fileName: written,
		});
		const stored = await api.importWorkflow(
			workflow('Files from the disk', [
				start(),
				read('Video', 'talking-head.mp4'),
				read('Audio', 'voice-over.mp3'),
				lipSync(fromNodes, { credentials }),
				write,
			]),
		);

		const execution = await api.run(stored, 'Start');

		expect(execution.status).toBe('success');
		expect(outputJson(execution, 'Lip Sync')).toMatchObject([{ status: 'complete' }]);
		expect(uploadedBytes()).toEqual(await sampleBytes());
		expect(await readFile(written)).toEqual(await readFile(join(samples, 'talking-head.mp4')));
	});

	it('go from HTTP Request to Magic Hour', async () => {
		const { api, credentials } = bed;
		const shelf = await serveSamples();
		const fetchFile = (name: string, sample: string) =>
			node(
				name,
				'n8n-nodes-base.httpRequest',
				{
					url: `${shelf.url}/${sample}`,
					options: { response: { response: { responseFormat: 'file' } } },
				},
				{ typeVersion: 4.2 },
			);
		const stored = await api.importWorkflow(
			workflow('Files from the web', [
				start(),
				fetchFile('Video', 'talking-head.mp4'),
				fetchFile('Audio', 'voice-over.mp3'),
				lipSync(fromNodes, { credentials }),
			]),
		);

		const execution = await api.run(stored, 'Start');
		await shelf.stop();

		expect(execution.status).toBe('success');
		expect(outputJson(execution, 'Lip Sync')).toMatchObject([{ status: 'complete' }]);
		expect(uploadedBytes()).toEqual(await sampleBytes());
	});
});

const types: Record<string, string> = { mp3: 'audio/mpeg', mp4: 'video/mp4' };

const serveSamples = async () =>
	await listen(({ url = '' }, response) => {
		response.setHeader('content-type', types[url.slice(-3)] ?? 'text/plain');
		createReadStream(join(samples, url)).pipe(response);
	});
