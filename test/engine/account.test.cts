import { EngineBed, items, workflowOf } from './engineBed.cts';

const ACCOUNT = { resource: 'account', operation: 'get' };

describe('account: get', () => {
	let bed: EngineBed;
	beforeAll(async () => (bed = await EngineBed.start({ credits: 1234 })));
	beforeEach(() => bed.sandbox.reset());
	afterAll(async () => await bed.stop());

	it("gives the API's own account, asked for with GET and the key", async () => {
		const ran = await bed.run(workflowOf(items(1), ACCOUNT));
		expect(ran.items()).toStrictEqual([{ json: bed.sandbox.account, pairedItem: { item: 0 } }]);
		expect(ran.json()[0]).toMatchObject({ credits: 1234, tier: 'creator' });
		expect(bed.sandbox.requests).toMatchObject([
			{
				method: 'GET',
				path: '/v1/account',
				bytes: 0,
				headers: { authorization: `Bearer ${bed.sandbox.apiKey}` },
			},
		]);
	});

	it('keeps what is null, such as the subscription of a free account', async () => {
		const body = {
			id: 'a',
			email: null,
			tier: 'free',
			credits: 0,
			subscription: null,
		};
		bed.sandbox.fail({ on: 'getAccount', action: { status: 200, body } });
		const ran = await bed.run(workflowOf(items(1), ACCOUNT));
		expect(ran.json()).toStrictEqual([body]);
	});

	it('gives one item for each input item', async () => {
		const ran = await bed.run(workflowOf(items(3), ACCOUNT));
		expect(ran.items()).toStrictEqual(
			[0, 1, 2].map((item) => ({ json: bed.sandbox.account, pairedItem: { item } })),
		);
	});

	it.each(['reset', 'hang', 'stall', 'garbage', 'empty', 'truncated'] as const)(
		'is asked for again when the answer is lost (%s)',
		async (action) => {
			bed.sandbox.fail({ on: 'getAccount', action });
			const ran = await bed.run(workflowOf(items(1), ACCOUNT));
			expect(ran.json()).toStrictEqual([bed.sandbox.account]);
			expect(bed.sandbox.requests).toHaveLength(2);
		},
	);

	it.each([
		['a list', []],
		['null', null],
		['an object that is no account', { hello: 'world' }],
	])('says that the Base URL may be wrong when the answer is %s', async (_, body) => {
		bed.sandbox.fail({ on: 'getAccount', action: { status: 200, body }, times: 5 });
		const ran = await bed.run(workflowOf(items(1), ACCOUNT));
		expect(ran.error?.message).toBe("Magic Hour's answer could not be read (tried 5 times)");
		expect(ran.error?.description).toContain('Base URL');
	});
});
