import type { INode } from 'n8n-workflow';

import { RETRY, RUN_FAILED_ITEMS } from '../../nodes/magicHour/advice.ts';
import type { LipSyncRequest } from '../../nodes/magicHour/api/contract.ts';
import type { Endpoint, FaultAction } from '../../sandbox/index.cts';
import {
	EngineBed,
	JOB,
	NODE,
	WAITED_JOB,
	items,
	itemWithFiles,
	workflowOf,
} from './engineBed.cts';
import { file } from '../support/sources.cts';

/** What the API answers, and what the person is told. */
interface Row {
	status: number;
	code?: string;
	/** What the API says. */
	says: string;
	message: string;
	description: string;
	/** Of ours, where it is not the API's. */
	ourCode?: string;
	/** How often the creation is sent. */
	tries: number;
}

const PRICING = 'https://magichour.ai/pricing';
const LIBRARY = 'https://magichour.ai/my-library';

/** Statuses that the vendor sends in both of its shapes: `{ message }`, and `{ code, message }`. */
const BOTH_SHAPES: Array<Row & { code: string }> = [
	{
		status: 400,
		code: 'invalid_request',
		says: 'end_seconds must be smaller than the length of the video',
		message:
			'Magic Hour refused the request: end_seconds must be smaller than the length of the video',
		description: 'Check the parameter End (Seconds) of this item.',
		tries: 1,
	},
	{
		status: 422,
		code: 'unprocessable_entity',
		says: 'The audio could not be decoded',
		message: 'Magic Hour refused the request: The audio could not be decoded',
		description: 'Check the parameter Audio of this item.',
		tries: 1,
	},
	{
		status: 401,
		code: 'unauthorized',
		says: 'Unauthorized',
		message: 'Magic Hour does not accept the API key',
		description:
			'Check the key in the credential, or make a new one: https://magichour.ai/developer?tab=api-keys',
		tries: 1,
	},
	{
		status: 403,
		code: 'forbidden',
		says: '1080p is not part of your plan',
		message: 'Your Magic Hour plan does not allow this: 1080p is not part of your plan',
		description: `The plan does not include this mode or resolution. Choose Lite, or upgrade: ${PRICING}`,
		tries: 1,
	},
	{
		status: 404,
		code: 'not_found',
		says: 'Not Found',
		message: 'Magic Hour does not know this address: Not Found',
		description: 'Check that the Base URL of the credential is the address of the API.',
		tries: 1,
	},
	{
		status: 409,
		code: 'conflict',
		says: 'Not now',
		message: 'Magic Hour answered with status 409: Not now',
		description: 'Check the parameters of this item. No job was created.',
		tries: 1,
	},
	{
		status: 502,
		code: 'bad_gateway',
		says: 'Bad Gateway',
		message: 'Magic Hour answered with status 502 (tried 5 times): Bad Gateway',
		description: 'The service has a problem of its own. Wait some minutes. No job was created.',
		tries: 5,
	},
	{
		status: 503,
		code: 'unavailable',
		says: 'Down for maintenance',
		message: 'Magic Hour answered with status 503 (tried 5 times): Down for maintenance',
		description: 'The service has a problem of its own. Wait some minutes. No job was created.',
		tries: 5,
	},
	...[500, 504].map((status) => ({
		status,
		code: 'internal_error',
		says: 'Oops',
		message: `The job may exist: Magic Hour failed with status ${status} after the request was sent`,
		description: `Look in your library first: ${LIBRARY} If the job is there, use Wait (Video Project) with its ID.`,
		ourCode: 'job_may_exist',
		tries: 1,
	})),
];

/** What 402 means is said by the code alone. */
const PAYMENT: Row[] = [
	{
		status: 402,
		code: 'insufficient_credits',
		says: 'You need 450 credits',
		message: 'Your Magic Hour account has too few credits: You need 450 credits',
		description: `Buy credits: ${PRICING}. A shorter clip, fewer frames per second or Lite instead of Pro cost less.`,
		tries: 1,
	},
	{
		status: 402,
		code: 'subscription_required',
		says: 'Subscribers only',
		message: 'This needs a Magic Hour subscription: Subscribers only',
		description: `Subscribe: ${PRICING}`,
		tries: 1,
	},
	{
		status: 402,
		code: 'plan_upgrade_required',
		says: 'Pro mode needs Creator',
		message: 'This needs a higher Magic Hour plan: Pro mode needs Creator',
		description: `Choose Lite as the mode, or upgrade: ${PRICING}`,
		tries: 1,
	},
	{
		status: 402,
		says: 'Payment Required',
		message: 'Magic Hour asks for a payment: Payment Required',
		description: `Check credits and plan of your account: ${PRICING}`,
		tries: 1,
	},
];

/** n8n shows the pages that our advice names as links. */
const withLinks = (text: string) =>
	text.replace(/https:\/\/magichour\.ai\/[\w/?=&-]+/g, '<a href="$&" target="_blank">$&</a>');

const ROWS: Row[] = [
	...BOTH_SHAPES,
	...BOTH_SHAPES.map((row): Row => ({ ...row, code: undefined })),
	...PAYMENT,
];

const ERROR_OUTPUT: Partial<INode> = { onError: 'continueErrorOutput' };
const CONTINUE: Partial<INode> = { onError: 'continueRegularOutput' };

describe('errors', () => {
	let bed: EngineBed;
	beforeAll(async () => (bed = await EngineBed.start()));
	beforeEach(() => bed.sandbox.reset());
	afterAll(async () => await bed.stop());

	const NAMED = { ...JOB, options: { name: '={{ "item " + $json.number }}' } };

	/** Lets the creation of one item fail, for as long as it is tried. */
	function failItem(number: number, action: FaultAction, times = 5) {
		bed.sandbox.fail({
			on: 'createLipSync',
			action,
			times,
			match: ({ body }) => (body as LipSyncRequest).name === `item ${number}`,
		});
	}

	const jobId = (number: number) =>
		bed.sandbox.jobs.find(({ request }) => request.name === `item ${number}`)!.id;

	describe.each(ROWS.map((row) => ({ ...row, label: row.code ?? 'without a code' })))(
		'$status ($label)',
		(row) => {
			const { status, code, says, message, description, tries } = row;
			const body = { message: says, ...(code !== undefined && { code }) };
			const outCode = row.ourCode ?? code;

			it('tells what happened and what to do now', async () => {
				failItem(0, { status, body });
				const ran = await bed.run(workflowOf(items(1), NAMED));
				expect(ran.status).toBe('error');
				expect(ran.error).toMatchObject({
					name: 'NodeApiError',
					message,
					httpCode: String(status),
				});
				expect(ran.error?.description).toContain(withLinks(description));
				expect(ran.error?.context?.itemIndex).toBe(0);
				expect(bed.sandbox.requestsTo('createLipSync')).toHaveLength(tries);
			});

			it('keeps message, code and status in the item where the node continues', async () => {
				failItem(0, { status, body });
				const ran = await bed.run(workflowOf(items(1), NAMED, CONTINUE));
				expect(ran.items()).toStrictEqual([
					{
						json: {
							error: message,
							description: expect.stringContaining(description) as string,
							...(outCode !== undefined && { code: outCode }),
							httpCode: status,
						},
						pairedItem: { item: 0 },
					},
				]);
			});
		},
	);

	describe('answers that do not have the shape of the API', () => {
		const ODD: Array<[what: string, action: FaultAction, message: string]> = [
			[
				'the page of a proxy',
				{ status: 403, body: '<html><h1>403 Forbidden</h1></html>' },
				'Your Magic Hour plan does not allow this',
			],
			['no body', { status: 400, body: '' }, 'Magic Hour refused the request'],
			['null', { status: 400, body: null }, 'Magic Hour refused the request'],
			['a list', { status: 400, body: ['no'] }, 'Magic Hour refused the request'],
			['a text', { status: 400, body: 'no' }, 'Magic Hour refused the request'],
			[
				'a message that is an object',
				{ status: 400, body: { message: { text: 'no' }, code: 7 } },
				'Magic Hour refused the request',
			],
			[
				'a page that redirects',
				{ status: 302, headers: { location: 'https://login.example.com/?next=%2F' } },
				'The Base URL of the credential leads elsewhere (status 302)',
			],
		];
		it.each(ODD)('%s still gives a sentence', async (_, action, message) => {
			failItem(0, action);
			const ran = await bed.run(workflowOf(items(1), NAMED));
			expect(ran.error?.message).toBe(message);
			expect(ran.error?.description).toBeTruthy();
			expect(bed.sandbox.requestsTo('createLipSync')).toHaveLength(1);
		});
	});

	describe('the parameter that a refusal is about', () => {
		const SENTENCES: Array<[sentence: string, parameter: string | undefined]> = [
			["assets.video_file_path: 'api-assets/x/audio.mp3' was uploaded as audio", 'Video'],
			["assets.audio_file_path: there is no uploaded file 'video.mp4'", 'Audio'],
			['assets.youtube_url: Invalid video URL', 'Video'],
			['This YouTube video is private', 'Video'],
			['end_seconds must be greater than start_seconds', 'End (Seconds)'],
			['The video is too short: start_seconds is after its end', 'Start (Seconds)'],
			['style.generation_mode: Invalid option', 'Generation Mode'],
			['max_fps_limit must be at least 1', 'Max FPS Limit'],
			['height: Invalid input', 'Size: Height (Deprecated)'],
			['name: must not be empty', 'Name'],
			['No face was found in the video', 'Video'],
			['Something is wrong', undefined],
		];
		it.each(SENTENCES)('%s → %s', async (message, parameter) => {
			failItem(0, { status: 422, body: { message } });
			const ran = await bed.run(workflowOf(items(1), NAMED));
			expect(ran.error?.message).toBe(`Magic Hour refused the request: ${message}`);
			expect(ran.error?.description).toBe(
				parameter === undefined
					? 'Check the parameters of this item.'
					: `Check the parameter ${parameter} of this item.`,
			);
		});
	});

	describe('the connection', () => {
		const MAY_EXIST: Array<
			[what: string, action: FaultAction, message: RegExp, description: RegExp]
		> = [
			[
				'breaks after the request was sent',
				'reset',
				/^The job may exist: the connection broke before the answer was complete after/,
				/The connection failed with ECONNRESET\.$/,
			],
			[
				'falls silent after the request was sent',
				'hang',
				/^The job may exist: no answer came in time after/,
				/The connection failed with (ECONNABORTED|ETIMEDOUT)\.$/,
			],
			[
				'brings no JSON',
				'garbage',
				/^The job may exist: Magic Hour's answer could not be read/,
				/Retry On Fail does not send it\.$/,
			],
		];
		it.each(MAY_EXIST)('%s: says that the job may exist', async (_, action, message, why) => {
			failItem(0, action, 1);
			const ran = await bed.run(workflowOf(items(1), NAMED));
			expect(ran.error?.message).toMatch(message);
			expect(ran.error?.description).toContain(withLinks(`Look in your library first: ${LIBRARY}`));
			expect(ran.error?.description).toMatch(why);
			expect(bed.sandbox.requestsTo('createLipSync')).toHaveLength(1);
		});

		it('brings the id of another item’s job: says that this one’s may exist', async () => {
			failItem(1, { status: 200, body: { id: 'cm1', credits_charged: 30 } }, 1);
			failItem(0, { status: 200, body: { id: 'cm1', credits_charged: 30 } }, 1);
			const oneByOne = { ...NAMED, options: { ...NAMED.options, parallelRequests: 1 } };
			const { error } = await bed.run(workflowOf(items(2), oneByOne));
			expect(error!.message).toBe(
				"The job may exist: Magic Hour's answer names job cm1, which another item has",
			);
		});

		it.each([
			['the message', {}],
			['the item', CONTINUE],
			['the item at the error output', ERROR_OUTPUT],
		])(
			'is told of in our words, which n8n does not replace by its own: in %s',
			async (_, settings) => {
				// n8n has for ECONNRESET: “You can retry the request immediately”.
				failItem(0, 'reset', 1);
				const ran = await bed.run(workflowOf(items(1), NAMED, settings));
				expect(ran.stored).toContain('The job may exist');
				expect(ran.stored).not.toContain('retry the request immediately');
			},
		);

		it('is never opened: the request is tried again, and no job exists', async () => {
			const closed = await EngineBed.start();
			const { url } = closed.sandbox;
			await closed.stop();
			const ran = await bed.run(workflowOf(items(1), JOB), {
				credentials: { magicHourApi: { apiKey: 'key', baseUrl: url } },
			});
			expect(ran.error?.message).toBe(
				'Could not create the job at Magic Hour: no connection could be opened (ECONNREFUSED) (tried 5 times)',
			);
			expect(ran.error?.description).toBe(
				`Check the network of this n8n server and the Base URL of the credential. No job was created. ${RETRY}`,
			);
		});
	});

	describe('429, for longer than the patience under limits', () => {
		const LIMITED = { ...NAMED, options: { ...NAMED.options, patienceMinutes: 0.005 } };
		const refuse = (number: number) => failItem(number, { status: 429 }, Infinity);

		it('says that no job was created', async () => {
			refuse(0);
			const ran = await bed.run(workflowOf(items(1), LIMITED));
			expect(ran.error).toMatchObject({
				name: 'NodeApiError',
				message: 'Magic Hour limits the rate: 0 of 1 created, then none for 0.005 minutes',
				description: `No job was created, and nothing was charged. ${RETRY}`,
				httpCode: '429',
			});
		});

		it('says how many jobs were created, and that the rest were not', async () => {
			for (const number of [3, 4]) refuse(number);
			const ran = await bed.run(workflowOf(items(5), LIMITED));
			expect(ran.error?.message).toBe(
				'Magic Hour limits the rate: 3 of 5 created, then none for 0.005 minutes',
			);
			expect(ran.error?.description).toContain(
				`The items that it held back were not created, and cost nothing. ${RETRY}`,
			);
			for (const { id } of bed.sandbox.jobs) expect(ran.error?.description).toContain(id);
		});

		it('fails only the items that have no job, where the node continues', async () => {
			refuse(2);
			const ran = await bed.run(workflowOf(items(3), LIMITED, CONTINUE));
			expect(ran.json()).toEqual([
				{ id: jobId(0), credits_charged: 30 },
				{ id: jobId(1), credits_charged: 30 },
				{
					error: 'Magic Hour limits the rate: 2 of 3 created, then none for 0.005 minutes',
					description: `The items that it held back were not created, and cost nothing. ${RUN_FAILED_ITEMS}`,
					code: 'rate_limited',
					httpCode: 429,
				},
			]);
		});
	});

	describe('trying again', () => {
		it.each([429, 502, 503])(
			'a creation refused with %i goes through in the end',
			async (status) => {
				failItem(0, { status }, 4);
				const ran = await bed.run(workflowOf(items(1), NAMED));
				expect(ran.json()).toStrictEqual([{ id: jobId(0), credits_charged: 30 }]);
				expect(bed.sandbox.requestsTo('createLipSync')).toHaveLength(5);
				expect(bed.sandbox.jobs).toHaveLength(1);
			},
		);

		const RETRY_AFTER: Array<[what: string, header: () => string]> = [
			['seconds', () => '1'],
			// A date has no fractions of a second: two of them are more than one, whenever this runs.
			['a date', () => new Date(Date.now() + 2000).toUTCString()],
		];
		it.each(RETRY_AFTER)('Retry-After in %s is obeyed', async (_, header) => {
			failItem(0, { status: 429, headers: { 'retry-after': header() } }, 1);
			const ran = await bed.run(workflowOf(items(1), NAMED));
			expect(ran.error).toBeUndefined();
			const [first, second] = bed.sandbox.requestsTo('createLipSync').map(({ at }) => at);
			expect(second! - first!).toBeGreaterThan(900);
			expect(second! - first!).toBeLessThan(2500);
		});

		it('a Retry-After that is too long is told of, not waited for', async () => {
			failItem(0, { status: 429, headers: { 'retry-after': '1000' } });
			const ran = await bed.run(workflowOf(items(1), NAMED));
			expect(ran.error?.description).toContain('It asks to wait 1000 seconds.');
			expect(bed.sandbox.requestsTo('createLipSync')).toHaveLength(1);
		});

		const SAFE: Array<[on: Endpoint, action: FaultAction]> = (
			['uploadUrls', 'upload'] as const
		).flatMap((on) =>
			([{ status: 500 }, { status: 504 }, { status: 429 }, 'reset'] as const).map(
				(action): [Endpoint, FaultAction] => [on, action],
			),
		);
		it.each(SAFE)('%s is sent again after %j, and one job is made', async (on, action) => {
			bed.sandbox.fail({ on, action });
			const ran = await bed.run(
				workflowOf([itemWithFiles()], {
					...JOB,
					audio: file('audio'),
				}),
			);
			expect(ran.error).toBeUndefined();
			expect(bed.sandbox.requestsTo(on)).toHaveLength(2);
			expect(bed.sandbox.jobs).toHaveLength(1);
		});

		it('an upload that cannot be made ends before a job is created', async () => {
			bed.sandbox.fail({ on: 'upload', action: { status: 503 }, times: 4 });
			const ran = await bed.run(workflowOf([itemWithFiles()], { ...JOB, audio: file('audio') }));
			expect(ran.error).toMatchObject({
				message: "Could not upload the file to Magic Hour's storage: status 503 (tried 4 times)",
				description: `Another try gets a fresh address. ${RETRY}`,
				httpCode: '503',
			});
			expect(bed.sandbox.requestsTo('createLipSync')).toEqual([]);
		});
	});

	describe('the item of the error', () => {
		it('is the one that failed', async () => {
			failItem(1, { status: 400 });
			const ran = await bed.run(workflowOf(items(3), NAMED));
			expect(ran.error?.context?.itemIndex).toBe(1);
		});

		it('and the jobs of the others are named, so that no id is lost', async () => {
			failItem(1, { status: 400, body: { message: 'No' } });
			const ran = await bed.run(
				workflowOf(items(2), { ...NAMED, options: { ...NAMED.options, parallelRequests: 1 } }),
			);
			expect(ran.error?.description).toContain(`Jobs of the other items: ${jobId(0)}.`);
		});
	});

	describe('where the node is set to continue', () => {
		const CREATED = (number: number) => ({
			json: { id: jobId(number), credits_charged: 30 },
			pairedItem: { item: number },
		});

		it('an item that another try may mend is not told to retry, which n8n offers for failed executions only', async () => {
			failItem(0, { status: 503 });
			const ran = await bed.run(workflowOf(items(1), NAMED, CONTINUE));
			expect(ran.json()[0]!.description).toContain(RUN_FAILED_ITEMS);
			expect(ran.json()[0]!.description).not.toContain('Executions');
		});

		it('a failed item stands in its place among the others', async () => {
			failItem(1, { status: 402, body: { code: 'insufficient_credits', message: 'Broke' } });
			const ran = await bed.run(workflowOf(items(3), NAMED, CONTINUE));
			expect(ran.status).toBe('success');
			expect(ran.items()).toStrictEqual([
				CREATED(0),
				{
					json: {
						error: 'Your Magic Hour account has too few credits: Broke',
						description: expect.stringMatching(/^Buy credits: /) as string,
						code: 'insufficient_credits',
						httpCode: 402,
					},
					pairedItem: { item: 1 },
				},
				CREATED(2),
			]);
		});

		it('the old setting Continue On Fail does the same', async () => {
			failItem(1, { status: 400, body: { message: 'No' } });
			const ran = await bed.run(workflowOf(items(2), NAMED, { continueOnFail: true }));
			expect(ran.json()).toStrictEqual([
				CREATED(0).json,
				{
					error: 'Magic Hour refused the request: No',
					description: 'Check the parameters of this item.',
					httpCode: 400,
				},
			]);
		});

		it('a failed item goes to the error output, with what came in and all that is known', async () => {
			failItem(1, { status: 402, body: { code: 'insufficient_credits', message: 'Broke' } });
			const ran = await bed.run(workflowOf(items(3), NAMED, ERROR_OUTPUT));
			expect(ran.status).toBe('success');
			expect(ran.items(0)).toStrictEqual([CREATED(0), CREATED(2)]);
			expect(ran.items(1)).toStrictEqual([
				{
					json: {
						number: 1,
						error: 'Your Magic Hour account has too few credits: Broke',
						description: expect.stringMatching(/^Buy credits: /) as string,
						code: 'insufficient_credits',
						httpCode: 402,
					},
					pairedItem: { item: 1 },
				},
			]);
		});

		it.each([
			['the regular output', CONTINUE, 0],
			['the error output', ERROR_OUTPUT, 1],
		])('the id of a job that exists is kept at %s', async (_, settings, output) => {
			bed.sandbox.setScript(() => ({
				outcome: 'error',
				error: { code: 'no_source_face', message: 'No face' },
			}));
			const ran = await bed.run(workflowOf([{ json: {} }], WAITED_JOB, settings));
			const { id } = bed.sandbox.jobs[0]!;
			expect(ran.items(output)).toStrictEqual([
				{
					json: {
						error: `The render failed: No face (job ${id})`,
						description: expect.stringContaining('run the workflow with this item only') as string,
						code: 'no_source_face',
						id,
					},
					pairedItem: { item: 0 },
				},
			]);
			expect(ran.items(1 - output)).toEqual([]);
		});

		it.each(['get', 'wait', 'download', 'delete'])(
			'an unknown id is no reason to pay, or to try again: %s',
			async (operation) => {
				const projectId = { __rl: true, mode: 'id', value: 'cm404' };
				const parameters = { resource: 'project', operation, projectId };
				const { error } = await bed.run(workflowOf([{ json: {} }], parameters));
				expect(error?.description).toBe(
					'The ID may be misspelled, belong to another account, or the video was deleted.',
				);
			},
		);

		it('the id of a project that is asked for is kept too', async () => {
			const ran = await bed.run(
				workflowOf(
					[{ json: {} }],
					{
						resource: 'project',
						operation: 'get',
						projectId: { __rl: true, mode: 'id', value: 'cm404' },
					},
					ERROR_OUTPUT,
				),
			);
			expect(ran.items(0)).toEqual([]);
			expect(ran.json(1)).toStrictEqual([
				{
					error: 'There is no video project cm404 for this API key',
					description: expect.stringMatching(/misspelled/) as string,
					httpCode: 404,
					id: 'cm404',
				},
			]);
		});

		it.each([
			['the regular output', CONTINUE, 0],
			['the error output', ERROR_OUTPUT, 1],
		])('the node after it gets the failed item from %s', async (_, settings, output) => {
			failItem(0, { status: 400, body: { message: 'No' } });
			const workflow = workflowOf(items(1), NAMED, settings);
			const [start] = workflow.nodes;
			const after = { ...start!, name: 'After', type: 'n8n-nodes-base.noOp', id: 'After' };
			const main = [[], []] as Array<Array<{ node: string; type: 'main'; index: number }>>;
			main[output]!.push({ node: 'After', type: 'main', index: 0 });
			const ran = await bed.run({
				...workflow,
				nodes: [...workflow.nodes, after],
				connections: { ...workflow.connections, [NODE]: { main } },
			});
			expect(ran.json(0, 'After')).toMatchObject([
				{ error: 'Magic Hour refused the request: No', httpCode: 400 },
			]);
		});

		it('a key that is not accepted fails each item, not the workflow', async () => {
			const ran = await bed.run(workflowOf(items(2), JOB, CONTINUE), {
				credentials: { magicHourApi: { apiKey: 'wrong', baseUrl: bed.sandbox.url } },
			});
			const failed = {
				error: 'Magic Hour does not accept the API key',
				description: expect.stringMatching(/^Check the key in the credential/) as string,
				httpCode: 401,
			};
			expect(ran.json()).toStrictEqual([failed, failed]);
		});
	});

	describe('a reason with the word “canceled” in it, which n8n takes for a stopped execution', () => {
		it('is an error when the API refuses with it', async () => {
			failItem(0, { status: 402, body: { message: 'Your subscription was canceled' } });
			const ran = await bed.run(workflowOf(items(1), NAMED));
			expect(ran.status).toBe('error');
			expect(ran.error?.message).toBe(
				'Magic Hour asks for a payment: Your subscription was cancelled',
			);
		});

		it.each(['error', 'canceled'] as const)(
			'is an error when a job ends in the status %s with it',
			async (outcome) => {
				bed.sandbox.setScript(() => ({
					outcome,
					error: { code: 'canceled', message: 'The render was canceled' },
				}));
				const ran = await bed.run(workflowOf(items(1), WAITED_JOB));
				expect(ran.status).toBe('error');
				expect(ran.error?.message).toContain('cancelled');
				expect(ran.error?.context?.data).toEqual({
					id: bed.sandbox.jobs[0]!.id,
					code: 'canceled',
				});
			},
		);
	});
});

describe('errors of an account on the free plan', () => {
	let bed: EngineBed;
	beforeAll(async () => (bed = await EngineBed.start({ tier: 'free', credits: 100 })));
	beforeEach(() => bed.sandbox.reset());
	afterAll(async () => await bed.stop());

	it('a mode the plan does not have: choose Lite, or upgrade', async () => {
		const ran = await bed.run(workflowOf(items(1), { ...JOB, generationMode: 'pro' }));
		expect(ran.error?.message).toMatch(/^This needs a higher Magic Hour plan: The pro mode/);
		expect(ran.error?.description).toContain('Choose Lite');
		expect(bed.sandbox.jobs).toEqual([]);
	});

	it('a clip that costs more than there is: buy credits', async () => {
		const ran = await bed.run(workflowOf(items(1), { ...JOB, endSeconds: 15 }));
		expect(ran.error?.message).toMatch(/^Your Magic Hour account has too few credits: .*450.*100/);
		expect(ran.error?.description).toContain('Buy credits');
		expect(bed.sandbox.jobs).toEqual([]);
	});
});
