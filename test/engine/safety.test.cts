import http, { createServer, type IncomingMessage, type Server } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';

import type { INode } from 'n8n-workflow';

import {
	EngineBed,
	items,
	itemWithFiles,
	JOB,
	n8nLogger,
	type Ran,
	WAITED_JOB,
	workflowOf,
} from './engineBed.cts';
import { FILES, url } from '../support/sources.cts';

/** The API key goes to the base URL's origin and nowhere else; what it reaches there is not repeated by anybody. */

const KEY = 'mh-live-do-not-tell-0123456789';

const ACCOUNT = { resource: 'account', operation: 'get' };
const projectOf = (operation: string) => ({
	resource: 'project',
	operation,
	projectId: { __rl: true, mode: 'id', value: '={{ "cm1" }}' },
});
const UPLOAD = { resource: 'file', operation: 'upload', file: 'video' };

const OPERATIONS: Array<[string, INode['parameters']]> = [
	['account: get', ACCOUNT],
	['project: get', projectOf('get')],
	['project: wait', { ...projectOf('wait'), options: { timeoutMinutes: 0.001 } }],
	['project: download', projectOf('download')],
	['project: delete', projectOf('delete')],
	['file: upload', UPLOAD],
	['lipSync: create', JOB],
];

/** A server that notes what comes, and answers what it is told. */
class Host {
	readonly seen: IncomingMessage[] = [];
	answer: { status: number; headers?: Record<string, string>; body?: string } = { status: 200 };
	private readonly server: Server = createServer((req, res) => {
		this.seen.push(req);
		req.resume().once('end', () => {
			res.writeHead(this.answer.status, this.answer.headers);
			res.end(this.answer.body ?? '{}');
		});
	});

	async start(): Promise<this> {
		await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
		return this;
	}

	get port(): number {
		return (this.server.address() as AddressInfo).port;
	}

	get url(): string {
		return `http://127.0.0.1:${this.port}`;
	}

	stop(): void {
		this.server.closeAllConnections();
		this.server.close();
	}
}

describe('the API key', () => {
	let bed: EngineBed;
	let base: Host;
	let elsewhere: Host;
	beforeAll(async () => {
		bed = await EngineBed.start({ apiKey: KEY, queueSeconds: 0, renderSeconds: 0.05 });
		base = await new Host().start();
		elsewhere = await new Host().start();
	});
	beforeEach(() => {
		bed.sandbox.reset();
		base.seen.length = elsewhere.seen.length = 0;
	});
	afterEach(() => jest.restoreAllMocks());
	afterAll(async () => {
		base.stop();
		elsewhere.stop();
		await bed.stop();
	});

	const runAt = async (baseUrl: unknown, parameters: INode['parameters'] = ACCOUNT, apiKey = KEY) =>
		await bed.run(workflowOf([itemWithFiles()], parameters), {
			credentials: { magicHourApi: { apiKey, baseUrl: baseUrl as string } },
		});

	/** Requests for whatever host end at `base`; gives where they were meant to go. */
	function intercept(): string[] {
		const hosts: string[] = [];
		const send = http.request;
		const divert =
			(protocol: string) =>
			(options: http.RequestOptions, onResponse?: (res: IncomingMessage) => void) => {
				hosts.push(`${protocol}//${options.hostname ?? options.host}:${options.port || ''}`);
				const { method, path, headers } = options;
				return send({ method, path, headers, host: '127.0.0.1', port: base.port }, onResponse);
			};
		jest.spyOn(http, 'request').mockImplementation(divert('http:') as never);
		jest.spyOn(https, 'request').mockImplementation(divert('https:') as never);
		return hosts;
	}

	describe('does not follow a redirect', () => {
		const TARGETS: Array<[string, () => string]> = [
			['another port of the same host', () => `${elsewhere.url}/v1/account`],
			['another host', () => `http://localhost:${elsewhere.port}/v1/account`],
			['a user and a password', () => `http://me:secret@127.0.0.1:${elsewhere.port}/`],
			['an address without a scheme', () => `//127.0.0.1:${elsewhere.port}/`],
			['another path of the same origin', () => '/v2/account'],
		];
		describe.each([301, 302, 303, 307, 308])('%i', (status) => {
			it.each(TARGETS)('to %s', async (_, location) => {
				base.answer = { status, headers: { location: location() } };
				for (const [, parameters] of OPERATIONS) await runAt(base.url, parameters);
				expect(elsewhere.seen).toHaveLength(0);
				expect(base.seen.map(({ url }) => new URL(url!, base.url).pathname)).not.toContain(
					'/v2/account',
				);
				expect(base.seen.length).toBeGreaterThanOrEqual(OPERATIONS.length);
			});
		});

		it('from https to http', async () => {
			const hosts = intercept();
			base.answer = { status: 301, headers: { location: 'http://api.magichour.ai/v1/account' } };
			const { error } = await runAt('https://api.magichour.ai');
			expect(hosts).toEqual(['https://api.magichour.ai:']);
			expect(error!.description).toContain('http://api.magichour.ai was not followed');
		});
	});

	it.each([
		['https://api.magichour.ai', 'https://api.magichour.ai:', '/v1/account'],
		[' https://API.magichour.ai// ', 'https://api.magichour.ai:', '/v1/account'],
		[
			'https://api.magichour.ai:8443/mirror/',
			'https://api.magichour.ai:8443',
			'/mirror/v1/account',
		],
		// Another host is another host, however much it looks like the vendor's.
		[
			'https://api.magichour.ai.evil.example',
			'https://api.magichour.ai.evil.example:',
			'/v1/account',
		],
		[
			'https://evil.example\\@api.magichour.ai',
			'https://evil.example:',
			'/@api.magichour.ai/v1/account',
		],
		['https://evil.example/https://api.magichour.ai', 'https://evil.example:', undefined],
	])('with the Base URL %s, goes to %s', async (baseUrl, host, path) => {
		base.answer = { status: 200, body: '{"id":"cm1"}' };
		const hosts = intercept();
		const ran = await runAt(baseUrl);
		expect(ran.error).toBeUndefined();
		expect(hosts).toEqual([host]);
		if (path !== undefined) expect(base.seen[0]!.url).toBe(path);
		expect(base.seen[0]!.headers.authorization).toBe(`Bearer ${KEY}`);
	});

	it.each<[unknown]>([
		['http://api.magichour.ai'],
		['http://localhost.evil.example'],
		['http://127.0.0.1.evil.example'],
		['http://0.0.0.0'],
		['http://[::ffff:127.0.0.1]'],
		['https://user:pass@api.magichour.ai'],
		['https://:pass@api.magichour.ai'],
		['https://api.magichour.ai@evil.example'],
		['https://api.magichour.ai?x=1'],
		['https://api.magichour.ai?'],
		['https://api.magichour.ai/#'],
		['https://api.magichour.ai#@evil.example'],
		['ftp://api.magichour.ai'],
		['file:///etc/passwd'],
		['//api.magichour.ai'],
		['api.magichour.ai'],
		['https://'],
		[''],
		[undefined],
		[{ href: 'https://api.magichour.ai' }],
	])('is not sent at all with the Base URL %j', async (baseUrl) => {
		const hosts = intercept();
		const { error } = await runAt(baseUrl);
		expect(hosts).toEqual([]);
		expect(error!.message).toBe('The Base URL of the Magic Hour credential cannot be used');
	});

	it.each(['', '  ', 'two words', 'line\nbreak', 'schlüssel', 'x\u0000'])(
		'that is %j is refused before any request',
		async (apiKey) => {
			const hosts = intercept();
			const { error } = await runAt('https://api.magichour.ai', ACCOUNT, apiKey);
			expect(hosts).toEqual([]);
			expect(error!.message).toBe('The API Key of the Magic Hour credential cannot be used');
		},
	);

	it('is not shown to the storage, neither for an upload nor for a download', async () => {
		const parameters = {
			...WAITED_JOB,
			...FILES,
			output: 'videoFile',
		};
		const ran = await runAt(bed.sandbox.url, parameters);
		expect(ran.error).toBeUndefined();
		const stored = [...bed.sandbox.requestsTo('upload'), ...bed.sandbox.requestsTo('download')];
		expect(stored).toHaveLength(3);
		for (const { headers, path } of stored) expect(inspect([headers, path])).not.toContain(KEY);
	});

	describe('addresses that the API gives for files', () => {
		const projectWith = (url: string) =>
			JSON.stringify({ id: 'cm1', name: null, status: 'complete', downloads: [{ url }] });

		it.each([301, 302, 307, 308])('do not lead on by a %i', async (status) => {
			bed.sandbox.fail({
				on: 'download',
				action: { status, headers: { location: `${elsewhere.url}/film.mp4` } },
				times: Infinity,
			});
			const ran = await runAt(bed.sandbox.url, { ...WAITED_JOB, output: 'videoFile' });
			expect(ran.error!.message).toContain(`status ${status}`);
			expect(elsewhere.seen).toHaveLength(0);
		});

		it.each([
			'http://storage.example/film.mp4',
			'http://169.254.169.254/latest/meta-data',
			'ftp://storage.example/film.mp4',
			'file:///etc/passwd',
			'data:video/mp4,x',
			'https://user:pass@storage.example/film.mp4',
			'/film.mp4',
			'',
		])('are not fetched from where they are %s', async (url) => {
			const hosts = intercept();
			base.answer = { status: 200, body: projectWith(url) };
			const { error } = await runAt(base.url, projectOf('download'));
			expect(hosts).toEqual([`http://127.0.0.1:${base.port}`]);
			expect(error!.message).toBe('The download address of job cm1 cannot be used');
		});

		it('are not of this machine when the API is not', async () => {
			const hosts = intercept();
			base.answer = { status: 200, body: projectWith('http://127.0.0.1:5678/rest/settings') };
			await runAt('https://api.magichour.ai', projectOf('download'));
			expect(hosts).toEqual(['https://api.magichour.ai:']);
		});

		it('are not sent a file in plain http', async () => {
			const hosts = intercept();
			const upload_url = 'http://storage.example/put';
			base.answer = {
				status: 200,
				body: JSON.stringify({ items: [{ upload_url, expires_at: '', file_path: 'a/b.mp4' }] }),
			};
			const { error } = await runAt('https://api.magichour.ai', UPLOAD);
			expect(hosts).toEqual(['https://api.magichour.ai:']);
			expect(error!.message).toBe("Magic Hour's upload address cannot be used");
		});
	});

	describe('is in nothing that n8n shows, stores or logs', () => {
		/** Everything that leaves a run: its data, its error with all causes, messages to the editor, all logs. */
		async function leaving(baseUrl: string, parameters: INode['parameters'], settings = {}) {
			const out: unknown[] = [];
			const logger = n8nLogger();
			for (const level of ['error', 'warn', 'info', 'debug'] as const) {
				jest.spyOn(logger, level).mockImplementation((...said: unknown[]) => void out.push(said));
			}
			for (const level of ['error', 'warn', 'info', 'log', 'debug'] as const) {
				jest.spyOn(console, level).mockImplementation((...said) => void out.push(said));
			}
			const ran: Ran = await bed.run(
				workflowOf([...items(1), itemWithFiles()], parameters, settings),
				{
					credentials: { magicHourApi: { apiKey: KEY, baseUrl } },
					onMessage: (...said) => out.push(said),
				},
			);
			out.push(ran.stored, ran.run, ran.error, ran.error?.cause, ran.error?.stack, ran.items());
			return inspect(out, {
				depth: 20,
				maxStringLength: null,
				showHidden: true,
				maxArrayLength: null,
			});
		}

		const REPEATS = `Bearer ${KEY} is not known`;
		/** The key as an API may write it in JSON. */
		const escaped = (text: string) =>
			text.replaceAll('-', '\\u002d').replaceAll('m', '\\u006D').replaceAll('/', '\\/');
		const ANSWERS = [
			{
				status: 200,
				body: JSON.stringify({ id: 'cm1', status: 'complete', name: REPEATS, downloads: [] }),
			},
			{ status: 200, body: REPEATS },
			...[400, 401, 402, 403, 404, 422, 429, 500, 503].map((status) => ({
				status,
				// A limit that asks for more than the node has patience for is not waited out.
				...(status === 429 && { headers: { 'retry-after': '3600' } }),
				body: JSON.stringify({ code: KEY, message: REPEATS }),
			})),
			...[200, 400, 403, 404, 422, 500].map((status) => ({
				status,
				body: `{"id":"cm1","status":"error","code":"${escaped(KEY)}","message":"${escaped(REPEATS)}","error":{"code":"${escaped(KEY)}","message":"${escaped(REPEATS)}"},"${escaped(KEY)}":1,"downloads":[]}`,
			})),
			{ status: 302, headers: { location: `https://${KEY}.example/${KEY}` } },
			{ status: 302, headers: { location: `https://%6d${KEY.slice(1)}.example/` } },
		];

		it.each(OPERATIONS)(
			'after %s, whatever the API repeats',
			async (_, parameters) => {
				for (const answer of ANSWERS) {
					base.answer = answer;
					for (const onError of ['stopWorkflow', 'continueErrorOutput'] as const) {
						expect(await leaving(base.url, parameters, { onError })).not.toContain(KEY);
					}
				}
			},
			120_000,
		);

		it.each(['reset', 'hang', 'stall', 'garbage', 'truncated'] as const)(
			'after %s',
			async (action) => {
				for (const on of [
					'uploadUrls',
					'upload',
					'createLipSync',
					'getProject',
					'download',
				] as const) {
					bed.sandbox.reset();
					bed.sandbox.fail({ on, action, times: Infinity });
					const parameters = {
						...WAITED_JOB,
						audio: url('https://example.com/a.mp3'),
						output: 'videoFile',
						options: { pollInterval: 0.05, timeoutMinutes: 0.01 },
					};
					expect(await leaving(bed.sandbox.url, parameters)).not.toContain(KEY);
				}
			},
			120_000,
		);

		it('after no connection', async () => {
			expect(await leaving('http://127.0.0.1:1', ACCOUNT)).not.toContain(KEY);
		});
	});
});
