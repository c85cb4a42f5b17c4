import { Bench, JOB, items, itemWithFiles, workflowOf } from './support.cts';

describe('lipSync: create', () => {
	let bench: Bench;
	beforeAll(async () => (bench = await Bench.start()));
	beforeEach(() => bench.sandbox.reset());
	afterAll(async () => await bench.stop());

	it('sends the request field for field, and nothing that was left empty', async () => {
		const ran = await bench.run(workflowOf(items(1), JOB));
		expect(ran.error).toBeUndefined();
		expect(bench.sandbox.requestsTo('createLipSync').map(({ body }) => body)).toEqual([
			{
				start_seconds: 0,
				end_seconds: 1,
				assets: {
					audio_file_path: 'https://example.com/voice.mp3',
					video_source: 'file',
					video_file_path: 'https://example.com/head.mp4',
				},
				style: { generation_mode: 'lite' },
			},
		]);
		expect(ran.items()).toEqual([
			{ json: { id: bench.sandbox.jobs[0]!.id, credits_charged: 30 }, pairedItem: { item: 0 } },
		]);
	});

	it('uploads binary fields first, both addresses asked for at once', async () => {
		const ran = await bench.run(
			workflowOf([itemWithFiles()], { audioInput: 'binary', videoInput: 'binary' }),
		);
		expect(ran.error).toBeUndefined();
		expect(bench.sandbox.requests.map(({ endpoint }) => endpoint)).toEqual([
			'uploadUrls',
			'upload',
			'upload',
			'createLipSync',
		]);
	});
});
