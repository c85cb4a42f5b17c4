import { Bench, items, itemWithFiles, JOB, workflowOf } from './support.cts';

describe('what jobs cost', () => {
	let bench: Bench;
	beforeAll(async () => (bench = await Bench.start()));
	beforeEach(() => bench.sandbox.reset());
	afterAll(async () => await bench.stop());

	describe('lipSync: estimate', () => {
		it.each([
			[
				{ startSeconds: 0, endSeconds: 15 },
				{ estimated_credits: 450, frames: 450, fps: 30, seconds: 15, credits_per_frame: 1 },
			],
			[
				{ startSeconds: 2.5, endSeconds: 5, generationMode: 'standard' },
				{ estimated_credits: 75, frames: 75, fps: 30, seconds: 2.5, credits_per_frame: 1 },
			],
			[
				{ endSeconds: 10, generationMode: 'pro', additionalFields: { maxFpsLimit: 12 } },
				{ estimated_credits: 240, frames: 120, fps: 12, seconds: 10, credits_per_frame: 2 },
			],
		])('%j', async (parameters, estimate) => {
			const ran = await bench.run(workflowOf(items(1), { operation: 'estimate', ...parameters }));
			expect(ran.items()).toEqual([{ json: estimate, pairedItem: { item: 0 } }]);
			expect(bench.sandbox.requests).toHaveLength(0);
		});
	});

	describe('maxCredits', () => {
		const limited = (maxCredits: unknown) => ({
			...JOB,
			audioInput: 'binary',
			options: { maxCredits: maxCredits as number },
		});
		const files = [itemWithFiles(), itemWithFiles(), itemWithFiles()];

		it('lets a run go up to the limit', async () => {
			const ran = await bench.run(workflowOf(files, limited(90)));
			expect(ran.error).toBeUndefined();
			expect(bench.sandbox.jobs).toHaveLength(3);
		});

		it('stops a run over the limit before anything is sent, and names both numbers', async () => {
			const { error } = await bench.run(workflowOf(files, limited(89)));
			expect(error!.message).toBe('These 3 items would cost 90 credits, and Max Credits is 89');
			expect(bench.sandbox.requests).toHaveLength(0);
		});

		it('fails every item of such a run where the node is set to continue', async () => {
			const settings = { onError: 'continueRegularOutput' as const };
			const ran = await bench.run(workflowOf(files, limited(89), settings));
			expect(ran.json().map(({ code }) => code)).toEqual(Array(3).fill('max_credits_exceeded'));
			expect(bench.sandbox.requests).toHaveLength(0);
		});

		it.each(['={{ null }}', '={{ undefined }}', '={{ "" }}', '={{ "many" }}'])(
			'takes a limit whose expression %s has no value for a mistake, not for no limit',
			async (maxCredits) => {
				const ran = await bench.run(workflowOf(files, limited(maxCredits)));
				expect(ran.error!.message).toContain('Max Credits');
				expect(bench.sandbox.requests).toHaveLength(0);
			},
		);

		it('takes zero for a limit', async () => {
			const { error } = await bench.run(workflowOf(files, limited(0)));
			expect(error!.message).toContain('Max Credits is 0');
		});
	});
});
