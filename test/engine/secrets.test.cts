import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';

import express from 'express';
import type { INode } from 'n8n-workflow';

import type { Endpoint, FaultAction, RecordedRequest } from '../../sandbox/index.cts';
import { EngineBed, JOB, items, itemWithFiles, workflowOf, type Ran } from './engineBed.cts';
import { FILES } from '../support/sources.cts';

const KEY = 'mhk_live_4rT9xQ2vLw7sPz';

const WITH_UPLOADS = { ...FILES, clipEnd: 'seconds', endSeconds: 1, output: 'jobId' };
const WITH_DOWNLOAD = {
	...WITH_UPLOADS,
	output: 'videoFile',
	options: { pollInterval: 0.1 },
};

/** Where a secret may hide: what n8n stores, and what an error has that JSON leaves out. */
const everythingOf = (ran: Ran) =>
	`${ran.stored}\n${inspect(ran.run.data, { depth: 12, showHidden: true, maxStringLength: null })}`;

/** A server that notes what it gets, and answers with `handler`. */
async function startServer(handler: express.RequestHandler) {
	const requests: Array<{ path: string; authorization?: string }> = [];
	const server: Server = createServer(
		express()
			.use((req, _res, next) => {
				requests.push({ path: req.url, authorization: req.headers.authorization });
				next();
			})
			.use(handler),
	);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		requests,
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

describe('the API key', () => {
	let bed: EngineBed;
	beforeAll(async () => (bed = await EngineBed.start({ apiKey: KEY })));
	beforeEach(() => bed.sandbox.reset());
	afterAll(async () => await bed.stop());

	const isStorage = ({ endpoint }: RecordedRequest) =>
		endpoint === 'upload' || endpoint === 'download';

	/** Runs the node on one item with a video and an audio file. */
	const run = async (parameters: object, settings: Partial<INode> = {}) =>
		await bed.run(workflowOf([itemWithFiles()], parameters as INode['parameters'], settings));

	it('goes to the API with every request, and to the storage with none', async () => {
		const ran = await run(WITH_DOWNLOAD);
		expect(ran.error).toBeUndefined();
		const { requests } = bed.sandbox;
		expect(new Set(requests.map(({ endpoint }) => endpoint))).toEqual(
			new Set(['uploadUrls', 'upload', 'createLipSync', 'getProject', 'download']),
		);
		for (const request of requests) {
			if (isStorage(request)) expect(JSON.stringify(request)).not.toContain(KEY);
			else expect(request.headers.authorization).toBe(`Bearer ${KEY}`);
		}
	});

	const RESOURCES: Array<[what: string, parameters: object]> = [
		['lipSync: create', JOB],
		['lipSync: create with uploads and download', WITH_DOWNLOAD],
		['lipSync: estimate', { ...JOB, operation: 'estimate' }],
		['file: upload', { resource: 'file', operation: 'upload', file: 'video' }],
		['account: get', { resource: 'account', operation: 'get' }],
	];
	it.each(RESOURCES)('is in nothing that a run of %s leaves behind', async (_, parameters) => {
		const ran = await run(parameters);
		expect(ran.error).toBeUndefined();
		expect(ran.items()).toHaveLength(1);
		expect(everythingOf(ran)).not.toContain(KEY);
	});

	const FAULTS: Array<[on: Endpoint, action: FaultAction]> = (
		['uploadUrls', 'upload', 'createLipSync'] as const
	).flatMap((on) =>
		(
			[
				{ status: 400, body: { message: `The key ${KEY} may not do this` } },
				{ status: 403, body: { message: `${KEY}: forbidden`, code: `no_${KEY}` } },
				{ status: 500, body: `<pre>authorization: Bearer ${KEY}</pre>` },
				{ status: 307, headers: { location: `https://example.com/?key=${KEY}` } },
				'reset',
				'garbage',
			] as const
		).map((action): [Endpoint, FaultAction] => [on, action]),
	);
	describe.each(FAULTS)('when %s is answered with %j', (on, action) => {
		it.each([
			['the workflow stops', {}],
			['the node continues', { onError: 'continueRegularOutput' }],
			['the item goes to the error output', { onError: 'continueErrorOutput' }],
		] as Array<[string, Partial<INode>]>)(
			'is in nothing that is left behind: %s',
			async (_, settings) => {
				bed.sandbox.fail({ on, action, times: 20, effect: false });
				const ran = await run(WITH_UPLOADS, settings);
				const failed = ran.error !== undefined || ran.stored.includes('"error":"');
				expect(failed).toBe(true);
				expect(everythingOf(ran)).not.toContain(KEY);
			},
		);
	});

	it('is in no error when it is wrong, or when there is nobody to send it to', async () => {
		const wrong = `${KEY}_wrong`;
		for (const baseUrl of [bed.sandbox.url, 'http://127.0.0.1:9', 'https://', 'http://0.0.0.0']) {
			const ran = await bed.run(workflowOf(items(1), JOB), {
				credentials: { magicHourApi: { apiKey: wrong, baseUrl } },
			});
			expect(ran.status).toBe('error');
			expect(everythingOf(ran)).not.toContain(KEY);
		}
	});

	it.each([
		['blanks', `  ${KEY} `],
		['a line break, as copying leaves it', `${KEY}\n`],
		['a tab', `\t${KEY}`],
	])('works with %s around it', async (_, apiKey) => {
		const ran = await bed.run(workflowOf(items(1), JOB), {
			credentials: { magicHourApi: { apiKey, baseUrl: bed.sandbox.url } },
		});
		expect(ran.error).toBeUndefined();
		expect(bed.sandbox.requests[0]!.headers.authorization).toBe(`Bearer ${KEY}`);
	});

	describe('and redirects', () => {
		const STATUSES = [301, 302, 307, 308];

		it.each(STATUSES)('does not follow a base URL that answers with %i', async (status) => {
			const server = await startServer((req, res) =>
				res.redirect(status, `${bed.sandbox.url}${req.path}`),
			);
			try {
				for (const parameters of [JOB, { resource: 'account', operation: 'get' }]) {
					const ran = await bed.run(workflowOf(items(1), parameters), {
						credentials: { magicHourApi: { apiKey: KEY, baseUrl: server.url } },
					});
					expect(ran.error?.message).toBe(
						`The Base URL of the credential leads elsewhere (status ${status})`,
					);
					expect(ran.error?.description).toContain(bed.sandbox.url);
				}
				expect(server.requests).toHaveLength(2);
				expect(bed.sandbox.requests).toEqual([]);
			} finally {
				await server.close();
			}
		});

		it('does not follow one that answers a creation with 303, which may mean that it was done', async () => {
			const server = await startServer((req, res) =>
				res.redirect(303, `${bed.sandbox.url}${req.path}`),
			);
			const credentials = { magicHourApi: { apiKey: KEY, baseUrl: server.url } };
			const retries = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };
			try {
				const created = await bed.run(workflowOf(items(1), JOB, retries), { credentials });
				expect(created.error?.message).toMatch(/^The job may exist: /);
				const read = await bed.run(
					workflowOf(items(1), { resource: 'account', operation: 'get' }),
					{ credentials },
				);
				expect(read.error?.message).toBe(
					'The Base URL of the credential leads elsewhere (status 303)',
				);
				expect(read.error?.description).toContain(bed.sandbox.url);
				expect(server.requests).toHaveLength(2);
				expect(bed.sandbox.requests).toEqual([]);
			} finally {
				await server.close();
			}
		});

		it('does not follow a storage that sends the file elsewhere', async () => {
			const elsewhere = await startServer((_req, res) => res.send('thank you'));
			try {
				bed.sandbox.fail({
					on: 'upload',
					action: { status: 307, headers: { location: `${elsewhere.url}/take` } },
				});
				const ran = await run({
					resource: 'file',
					operation: 'upload',
					file: 'audio',
					fileType: 'audio',
				});
				expect(ran.error?.message).toContain('status 307');
				expect(elsewhere.requests).toEqual([]);
			} finally {
				await elsewhere.close();
			}
		});

		it('does not follow a redirect to another path of the same server either', async () => {
			bed.sandbox.fail({
				on: 'getAccount',
				action: { status: 302, headers: { location: '/v1/video-projects/x' } },
			});
			const ran = await run({ resource: 'account', operation: 'get' });
			expect(ran.error?.message).toContain('leads elsewhere (status 302)');
			expect(bed.sandbox.requests).toHaveLength(1);
		});
	});

	describe('and the base URL', () => {
		/** Each would reach the sandbox, if it were tried. */
		const port = () => new URL(bed.sandbox.url).port;
		const REFUSED: Array<[what: string, baseUrl: () => string]> = [
			['plain http to an address that is not this machine', () => `http://0.0.0.0:${port()}`],
			['a user name in it', () => `http://user:word@127.0.0.1:${port()}`],
			['a query', () => `http://127.0.0.1:${port()}?to=there`],
			['a fragment', () => `http://127.0.0.1:${port()}/#there`],
			['another protocol', () => `ftp://127.0.0.1:${port()}`],
			['no protocol', () => `127.0.0.1:${port()}`],
			['a host that only begins like this machine', () => `http://127.0.0.1.example.com:${port()}`],
			['a host that only ends like this machine', () => `http://not-localhost:${port()}`],
			['nothing', () => ''],
			['blanks', () => '   '],
			['words', () => 'the sandbox'],
		];
		it.each(REFUSED)('is sent nowhere: %s', async (_, baseUrl) => {
			const ran = await bed.run(workflowOf(items(1), JOB), {
				credentials: { magicHourApi: { apiKey: KEY, baseUrl: baseUrl() } },
			});
			expect(ran.error?.message).toBe('The Base URL of the Magic Hour credential cannot be used');
			expect(ran.error?.description).toContain('https');
			expect(bed.sandbox.requests).toEqual([]);
		});

		const TAKEN: Array<[what: string, change: (url: string) => string]> = [
			['a slash at its end', (url) => `${url}/`],
			['many slashes at its end', (url) => `${url}///`],
			['blanks around it', (url) => ` ${url}/ \n`],
			['capital letters', (url) => url.replace('http', 'HTTP')],
		];
		it.each(TAKEN)('works with %s', async (_, change) => {
			const ran = await bed.run(workflowOf(items(1), JOB), {
				credentials: { magicHourApi: { apiKey: KEY, baseUrl: change(bed.sandbox.url) } },
			});
			expect(ran.error).toBeUndefined();
			expect(bed.sandbox.requests.map(({ path }) => path)).toEqual(['/v1/lip-sync']);
		});
	});
});
