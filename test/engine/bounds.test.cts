import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';

import type { INode } from 'n8n-workflow';

import type * as Limits from '../../nodes/magicHour/api/sizeLimits.ts';
import { until } from '../../n8n/poll.cts';
import { EngineBed, items, JOB, WAITED_JOB, workflowOf } from './engineBed.cts';

/** Whatever the API answers: it is read up to a limit of size, and for a limited time. */

const ACCOUNT = { resource: 'account', operation: 'get' };

describe('an answer of the API', () => {
	let bed: EngineBed;
	beforeAll(async () => (bed = await EngineBed.start()));
	beforeEach(() => {
		bed.sandbox.reset();
		bed.sandbox.setScript(() => ({}));
		bed.shortenTimeouts(1);
	});
	afterAll(async () => await bed.stop());

	const read = async () => await bed.run(workflowOf(items(1), ACCOUNT));

	describe('that is too large', () => {
		it.each(['bomb', 'endless'] as const)('(%s) is refused in a sentence, once', async (action) => {
			bed.sandbox.fail({ on: 'getAccount', action, times: Infinity });
			bed.shortenTimeouts(20);
			const { error } = await read();
			expect(error!.message).toBe("Magic Hour's answer is larger than 5 MB");
			expect(error!.description).toContain('Base URL');
			expect(bed.sandbox.requestsTo('getAccount')).toHaveLength(1);
		});

		it('costs no more memory than the limit', async () => {
			bed.sandbox.fail({ on: 'getAccount', action: 'endless' });
			bed.shortenTimeouts(20);
			await read();
			const before = process.memoryUsage();
			let most = 0;
			const watch = setInterval(() => {
				const { heapUsed, external, arrayBuffers } = process.memoryUsage();
				most = Math.max(most, heapUsed + external + arrayBuffers);
			}, 5);
			bed.sandbox.fail({ on: 'getAccount', action: 'bomb' });
			await read();
			clearInterval(watch);
			const start = before.heapUsed + before.external + before.arrayBuffers;
			expect(most - start).toBeLessThan(64 * 1024 * 1024);
		});

		it('keeps the id of a job that it tells of', async () => {
			bed.sandbox.fail({ on: 'createLipSync', action: 'endless' });
			bed.shortenTimeouts(20);
			const ran = await bed.run(workflowOf(items(1), WAITED_JOB));
			expect(ran.error).toBeUndefined();
			expect(ran.json()).toMatchObject([{ id: bed.sandbox.jobs[0]!.id, status: 'complete' }]);
			expect(bed.sandbox.jobs).toHaveLength(1);
		});

		it('says its status all the same when it is a refusal', async () => {
			const body = { message: 'x'.repeat(6_000_000) };
			bed.sandbox.fail({ on: 'getAccount', action: { status: 401, body } });
			const { error } = await read();
			expect(error!.message).toBe('Magic Hour does not accept the API key');
		});
	});

	describe('that does not end', () => {
		it('is given up when its time is over, however much still comes', async () => {
			bed.sandbox.fail({ on: 'getAccount', action: { dripSeconds: 0.1 }, times: Infinity });
			const begun = Date.now();
			const { error } = await read();
			expect(error!.message).toContain('no answer came in time');
			expect(Date.now() - begun).toBeLessThan(5 * 1500);
			expect(bed.sandbox.requestsTo('getAccount')).toHaveLength(5);
		});

		it('may have taken effect when it is that of a creation, and is not asked for again', async () => {
			bed.sandbox.fail({ on: 'createLipSync', action: { dripSeconds: 0.3 }, times: Infinity });
			const { error } = await bed.run(workflowOf(items(1), JOB));
			expect(error!.message).toContain('The job may exist: no answer came in time');
			expect(error!.context!.data).toMatchObject({ code: 'job_may_exist' });
			expect(bed.sandbox.jobs).toHaveLength(1);
		});

		it('keeps the id of a job that it has told of until then', async () => {
			// The id is there after 3.5 seconds, and the whole answer would be after 6.
			bed.shortenTimeouts(5.5);
			bed.sandbox.fail({ on: 'createLipSync', action: { dripSeconds: 0.1 } });
			const ran = await bed.run(workflowOf(items(1), WAITED_JOB));
			expect(ran.error).toBeUndefined();
			expect(ran.json()).toMatchObject([{ id: bed.sandbox.jobs[0]!.id, status: 'complete' }]);
			expect(bed.sandbox.jobs).toHaveLength(1);
		});

		it('does not hold an item past its timeout', async () => {
			bed.sandbox.setScript(() => ({ outcome: 'never' }));
			bed.shortenTimeouts(60);
			bed.sandbox.fail({ on: 'getProject', action: { dripSeconds: 0.2 }, times: Infinity });
			const begun = Date.now();
			const { error } = await bed.run(
				workflowOf(items(1), {
					...WAITED_JOB,
					options: { pollInterval: 0.1, timeoutMinutes: 2 / 60 },
				}),
			);
			expect(error!.context!.data).toMatchObject({
				code: 'timeout',
				id: bed.sandbox.jobs[0]!.id,
			});
			expect(Date.now() - begun).toBeLessThan(9000);
		});

		it('does not hold items past their timeout that wait for their turn to ask', async () => {
			bed.sandbox.setScript(() => ({ outcome: 'never' }));
			bed.shortenTimeouts(60);
			bed.sandbox.fail({ on: 'getProject', action: 'hang', times: Infinity });
			const begun = Date.now();
			const options = { pollInterval: 0.1, timeoutMinutes: 2 / 60, parallelRequests: 1 };
			const ran = await bed.run(
				workflowOf(items(40), { ...WAITED_JOB, options }, { onError: 'continueRegularOutput' }),
			);
			expect(new Set(ran.json().map(({ code }) => code))).toEqual(new Set(['timeout']));
			expect(Date.now() - begun).toBeLessThan(10_000);
		});
	});

	describe('from a server that keeps no rules', () => {
		let server: Server;
		const open = new Set<Socket>();
		let reply: (req: IncomingMessage, res: ServerResponse) => void;
		beforeAll(async () => {
			server = createServer((req, res) => reply(req, res));
			server.on('connection', (socket) => {
				open.add(socket);
				socket.once('close', () => open.delete(socket));
			});
			await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		});
		afterAll(() => {
			server.closeAllConnections();
			server.close();
		});

		const readFrom = async (parameters: INode['parameters'] = ACCOUNT) => {
			const { port } = server.address() as AddressInfo;
			return await bed.run(workflowOf(items(1), parameters), {
				credentials: {
					magicHourApi: { apiKey: 'sandbox-key', baseUrl: `http://127.0.0.1:${port}` },
				},
			});
		};

		it('is given up when not even its headers end', async () => {
			reply = (_, { socket }) => {
				socket!.write('HTTP/1.1 200 OK\r\n');
				const drip = setInterval(() => socket!.write('x'), 100);
				socket!.once('close', () => clearInterval(drip));
			};
			const begun = Date.now();
			const { error } = await readFrom();
			expect(error!.message).toContain('no answer came in time');
			expect(Date.now() - begun).toBeLessThan(5 * 1500);
		});

		it.each<[what: string, write: (res: ServerResponse) => void]>([
			['it is too large', (res) => res.end('x'.repeat(8_000_000))],
			['it does not end', (res) => res.write('{')],
			['it refuses, and does not end', (res) => res.writeHead(404).write('{')],
			[
				'its compression is none',
				(res) => res.writeHead(200, { 'content-encoding': 'gzip' }).end('no'),
			],
		])('leaves no connection open when %s', async (_, write) => {
			reply = (_req, res) => void write(res);
			const { error } = await readFrom();
			expect(error).toBeDefined();
			await until('every connection to be closed', () => open.size === 0);
		});
	});
});

describe('the results of a job', () => {
	let bed: EngineBed;
	beforeAll(async () => (bed = await EngineBed.start({ queueSeconds: 0, renderSeconds: 0.05 })));
	beforeEach(() => {
		bed.sandbox.reset();
		bed.sandbox.setScript(() => ({}));
		bed.shortenTimeouts(5);
	});
	afterEach(() => (limits().file = 20_000_000_000));
	afterAll(async () => await bed.stop());

	const limits = () =>
		jest.requireActual<typeof Limits>(
			join(__dirname, '../../dist/nodes/magicHour/api/sizeLimits.js'),
		).SIZE_LIMITS;

	const download = async () =>
		await bed.run(workflowOf(items(1), { ...WAITED_JOB, output: 'videoFile' }));

	it('are all downloaded as long as they are a few', async () => {
		bed.sandbox.setScript(() => ({ downloads: 3 }));
		const [item] = (await download()).items();
		expect(Object.keys(item!.binary!)).toEqual(['data', 'data_2', 'data_3']);
	});

	it('are not downloaded when they are a thousand', async () => {
		bed.sandbox.setScript(() => ({ downloads: 1000 }));
		const { error } = await download();
		const { id } = bed.sandbox.jobs[0]!;
		expect(error!.message).toBe(`Job ${id} has 1000 results, and no job has that many`);
		expect(error!.context!.data).toMatchObject({ id });
		expect(bed.sandbox.requestsTo('download')).toEqual([]);
	});

	it('are given up when one has no end', async () => {
		limits().file = 10_000_000;
		bed.sandbox.fail({ on: 'download', action: 'endless', times: Infinity });
		const { error } = await download();
		expect(error!.message).toBe("The video at Magic Hour's storage is larger than 10 MB");
		expect(error!.context!.data).toMatchObject({ id: bed.sandbox.jobs[0]!.id });
		expect(bed.sandbox.requestsTo('download')).toHaveLength(1);
	});

	it('are not begun with when one says that it is larger than any', async () => {
		const headers = { 'content-type': 'video/mp4', 'content-length': '20000000001' };
		bed.sandbox.fail({ on: 'download', action: { status: 200, body: 'x', headers } });
		const { error } = await download();
		expect(error!.message).toBe("The video at Magic Hour's storage is larger than 20 GB");
	});

	it('are cut at the length that was stated, when they become more by decompression', async () => {
		bed.sandbox.fail({ on: 'download', action: 'bomb', times: Infinity });
		const { error } = await download();
		expect(error!.message).toContain('the connection broke before the answer was complete');
	});
});

describe('an id from the API', () => {
	let bed: EngineBed;
	beforeAll(async () => (bed = await EngineBed.start()));
	afterAll(async () => await bed.stop());

	it.each(['.', '..', '', ' ', 'a b', 'x'.repeat(201), 'ü', null])(
		'that is %j is asked for at no path, and the job may exist',
		async (id) => {
			bed.sandbox.reset();
			const body = { id, credits_charged: 30 };
			bed.sandbox.fail({ on: 'createLipSync', action: { status: 200, body } });
			const { error } = await bed.run(workflowOf(items(1), WAITED_JOB));
			expect(error!.context!.data).toMatchObject({ code: 'job_may_exist' });
			expect(bed.sandbox.requests).toHaveLength(1);
		},
	);
});
