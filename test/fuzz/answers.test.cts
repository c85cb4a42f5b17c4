import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import fc from 'fast-check';
import type { INode } from 'n8n-workflow';

import type {
	Account,
	LipSyncResponse,
	UploadUrlsResponse,
	VideoProject,
} from '../../nodes/magicHour/api/contract.ts';
import { EngineBed, itemWithFiles, workflowOf } from '../engine/engineBed.cts';
import { tryCases, unfair } from './fair.cts';
import { spoiltJson } from './hostile.cts';
import { FILES } from '../support/sources.cts';

/** Whatever the API, its storage, or a proxy before them answers, in any field of any answer. */

const KEY = 'mh-fuzz-0123456789';
const ID = 'cm2fphlo3000dmfhu8m0dh63z';

interface Reply {
	status: number;
	headers: Record<string, string>;
	body: string | Buffer;
}

/** Right answers of an API at that address. */
const RIGHT = {
	uploadUrls: (base: string): UploadUrlsResponse => ({
		items: ['audio.mp3', 'video.mp4'].map((name) => ({
			upload_url: `${base}/upload/${name}`,
			expires_at: '2030-01-01T00:00:00Z',
			file_path: `api-assets/1/${name}`,
		})),
	}),
	createLipSync: (): LipSyncResponse => ({ id: ID, credits_charged: 30 }),
	getProject: (base: string): VideoProject => ({
		id: ID,
		name: 'A film',
		status: 'complete',
		type: 'LIP_SYNC',
		created_at: '2026-01-01T00:00:00Z',
		width: 640,
		height: 360,
		enabled: true,
		start_seconds: 0,
		end_seconds: 1,
		credits_charged: 30,
		fps: 30,
		error: null,
		downloads: [{ url: `${base}/download/film.mp4`, expires_at: '2030-01-01T00:00:00Z' }],
	}),
	getAccount: (): Account => ({
		id: 'cm1',
		email: 'me@example.com',
		tier: 'creator',
		credits: 10,
		subscription: null,
	}),
	failed: (base: string): VideoProject => ({
		...RIGHT.getProject(base),
		status: 'error',
		error: { code: 'no_source_face', message: 'No face' },
	}),
	refusal: () => ({ code: 'invalid_request', message: 'end_seconds is wrong' }),
};

/** The request that a path is for. */
const ENDPOINTS: Array<[RegExp, string]> = [
	[/\/v1\/files\/upload-urls$/, 'uploadUrls'],
	[/\/v1\/lip-sync$/, 'createLipSync'],
	[/\/v1\/video-projects\//, 'getProject'],
	[/\/v1\/account$/, 'getAccount'],
	[/\/upload\//, 'upload'],
	[/\/download\//, 'download'],
];

const BASE = 'http://base.invalid';
const text = (json: unknown) => JSON.stringify(json);

/** Bodies that are spoilt as a whole. */
const spoiltText = (right: string) =>
	fc.oneof(
		fc.constantFrom<string | Buffer>(
			...['', 'null', '[]', '"text"', '42', 'true', '<!doctype html><title>Sign in</title>', '\0'],
			...[`\ufeff${right}`, `${right}}`, `)]}',\n${right}`, `[${right}]`, `{"data":${right}}`],
			...[Buffer.from([0xff, 0xfe, 0x80]), Buffer.from(right, 'utf16le'), `${KEY} is wrong`],
			text({ message: `The key ${KEY} is not valid`, code: KEY }),
		),
		fc.nat({ max: right.length }).map((length) => right.slice(0, length)),
	);

/** Without 429: a rate limit is waited out for minutes, by design. */
const STATUSES = fc.oneof(
	{ weight: 6, arbitrary: fc.constant(200) },
	fc.constantFrom(201, 202, 204, 206, 226, 300, 301, 304, 307, 400, 401, 402, 403, 404, 405, 408),
	fc.constantFrom(409, 413, 418, 422, 425, 431, 451, 500, 501, 502, 503, 504, 511, 599),
);

const HEADERS = fc.record(
	{
		'retry-after': fc.constantFrom(
			'0',
			'-1',
			'99999999999999999999',
			'soon',
			'',
			'Fri',
			'1e3',
			'NaN',
		),
		location: fc.constantFrom(
			'',
			'//',
			'https://elsewhere.invalid/',
			`https://${KEY}.invalid/`,
			':',
		),
		'content-type': fc.constantFrom(
			'text/html',
			'application/json; charset=nonsense',
			'',
			'x',
			'\u00ff',
		),
		'content-encoding': fc.constantFrom('identity', 'gzip', 'br', 'nonsense'),
		'content-length': fc.constantFrom('0', '1', '99999'),
		'content-disposition': fc.constantFrom('attachment; filename="../../x"', ';'),
	},
	{ requiredKeys: [] },
);

type Spoilt = {
	endpoint: string;
	status: number;
	headers: Record<string, string>;
	body: string | Buffer;
};

const spoilt = (endpoint: string, rights: Array<(base: string) => unknown>): fc.Arbitrary<Spoilt> =>
	fc.constantFrom(...rights).chain((right) =>
		fc.record({
			endpoint: fc.constant(endpoint),
			status: right === RIGHT.refusal ? fc.constantFrom(400, 402, 422, 500) : STATUSES,
			headers: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, HEADERS) as fc.Arbitrary<
				Record<string, string>
			>,
			body: fc.oneof(
				{ weight: 3, arbitrary: spoiltJson(right(BASE)) as fc.Arbitrary<string | Buffer> },
				spoiltText(text(right(BASE))),
			),
		}),
	);

const FILM = Buffer.from('a film');

describe('a hostile answer', () => {
	let bed: EngineBed;
	let server: Server;
	let origin: string;
	const cases = new Map<string, Spoilt>();

	beforeAll(async () => {
		bed = await EngineBed.start();
		server = createServer((req, res) => {
			// The node names the whole address, see `noProxy.ts`.
			req.resume().once('end', () => reply(new URL(req.url!, origin).pathname, res));
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	});
	afterAll(async () => {
		await bed.stop();
		server.closeAllConnections();
		server.close();
	});

	/** Right, but for the one request that the case is about. */
	function reply(path: string, res: ServerResponse) {
		const [, number = ''] = path.split('/');
		const base = `${origin}/${number}`;
		const endpoint = ENDPOINTS.find(([pattern]) => pattern.test(path))?.[1] ?? '';
		const one = cases.get(number);
		const right = (RIGHT as Record<string, ((base: string) => unknown) | undefined>)[endpoint];
		const { status, headers, body }: Reply =
			one?.endpoint === endpoint
				? {
						...one,
						body: typeof one.body === 'string' ? one.body.replaceAll(BASE, base) : one.body,
					}
				: { status: 200, headers: {}, body: right ? text(right(base)) : FILM };
		const type = endpoint === 'download' ? 'video/mp4' : 'application/json';
		const bytes = Buffer.from(body);
		res.writeHead(status, { 'content-type': type, 'content-length': bytes.length, ...headers });
		// A length that is more than what comes is a connection that breaks off.
		res.write(bytes, () => (headers['content-length'] ? res.destroy() : res.end()));
	}

	async function tryAll(all: fc.Arbitrary<Spoilt>, parameters: INode['parameters']) {
		await tryCases(all, async (one, number) => {
			cases.set(String(number), one);
			const ran = await bed.run(workflowOf([itemWithFiles()], parameters), {
				credentials: { magicHourApi: { apiKey: KEY, baseUrl: `${origin}/${number}` } },
			});
			const wrong = unfair(ran, 1, KEY);
			const said = text([ran.json(), ran.error?.message, ran.error?.context?.data ?? '']);
			const id = parameters.operation === undefined ? idGivenAway(one) : undefined;
			if (id !== undefined && !said.includes(id) && !said.includes(text(id).slice(1, -1))) {
				wrong.push(`it loses the id ${id}: ${said}`);
			}
			return wrong;
		});
	}

	/** The job's id, where the answer to the creation can be read. */
	function idGivenAway({ endpoint, status, headers, body }: Spoilt): string | undefined {
		if (endpoint !== 'createLipSync')
			return ['uploadUrls', 'upload'].includes(endpoint) ? undefined : ID;
		if (status < 200 || status > 299 || status === 204) return undefined;
		if (headers['content-encoding'] || headers['content-length']) return undefined;
		try {
			const { id } = JSON.parse(String(body)) as { id?: unknown };
			return typeof id === 'string' && /^[\x21-\x7e]{1,200}$/.test(id) ? id : undefined;
		} catch {
			return undefined;
		}
	}

	const CREATE: INode['parameters'] = {
		...FILES,
		clipEnd: 'seconds',
		endSeconds: 1,
		output: 'videoFile',
		options: { pollInterval: 0.05, timeoutMinutes: 0.005 },
	};

	it.each<[string, Array<(base: string) => unknown>]>([
		['uploadUrls', [RIGHT.uploadUrls, RIGHT.refusal]],
		['upload', [RIGHT.refusal]],
		['createLipSync', [RIGHT.createLipSync, RIGHT.createLipSync, RIGHT.refusal]],
		['getProject', [RIGHT.getProject, RIGHT.getProject, RIGHT.failed, RIGHT.refusal]],
		['download', [RIGHT.refusal]],
	])(
		'to %s ends a job in a right output or a sentence, and loses no id',
		async (endpoint, rights) => {
			await tryAll(spoilt(endpoint, rights), CREATE);
		},
		600_000,
	);

	it('to a project that is only read', async () => {
		const projectId = { __rl: true, mode: 'id', value: `={{ "${ID}" }}` };
		const rights = [RIGHT.getProject, RIGHT.failed, RIGHT.refusal];
		for (const operation of ['get', 'delete']) {
			await tryAll(spoilt('getProject', rights), { resource: 'project', operation, projectId });
		}
	}, 600_000);

	it('to the account', async () => {
		await tryAll(spoilt('getAccount', [RIGHT.getAccount, RIGHT.refusal]), {
			resource: 'account',
			operation: 'get',
		});
	}, 600_000);
});
