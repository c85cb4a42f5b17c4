import { createHmac } from 'node:crypto';

import {
	eventBody,
	finishedProject,
	nowSeconds,
	send,
	signed,
	type WireDelivery,
} from './deliveries.cts';
import { N8nWebhooks, SECRET } from './n8nWebhooks.cts';

const SIGNATURE = 'magic-hour-event-signature';
const TIMESTAMP = 'magic-hour-event-timestamp';
const BODY = eventBody('video.completed');

/** A genuine delivery with some headers replaced; `undefined` leaves one out. */
function withHeaders(change: Record<string, string | string[] | undefined>): WireDelivery {
	const genuine = signed(BODY);
	const headers = Object.entries({ ...genuine.headers, ...change });
	return {
		...genuine,
		headers: Object.fromEntries(headers.filter(([, value]) => value !== undefined)) as never,
	};
}

/** A genuine delivery whose body was exchanged under way. */
function withBody(body: string | Buffer): WireDelivery {
	return { ...signed(BODY), body };
}

/** A genuine signature over a genuine timestamp that is `seconds` from now. */
function fromNow(seconds: number): WireDelivery {
	return signed(BODY, { timestamp: String(nowSeconds() + seconds) });
}

/** Signed with the right secret, and with the very timestamp header given. */
function withTimestamp(timestamp: string): WireDelivery {
	return signed(BODY, { timestamp });
}

const signature = signed(BODY).headers[SIGNATURE] as string;
const notUtf8 = Buffer.concat([
	Buffer.from('{"type":"video.completed","payload":{"id":"a'),
	Buffer.from([0xff, 0xc0, 0x80]),
	Buffer.from('","type":"LIP_SYNC"}}'),
]);
const tenMegabytes = eventBody(
	'video.completed',
	finishedProject({ name: 'x'.repeat(10 * 1024 * 1024) }),
);
const protoKey = `{"type":"video.completed","payload":{"id":"a","type":"LIP_SYNC","__proto__":{"polluted":true}}}`;
const protoRoot = `{"type":"video.completed","__proto__":{"polluted":true},"payload":{"id":"a","type":"LIP_SYNC"}}`;

const ATTACKS: Array<[string, () => WireDelivery]> = [
	['no headers', () => withHeaders({ [SIGNATURE]: undefined, [TIMESTAMP]: undefined })],
	['no signature', () => withHeaders({ [SIGNATURE]: undefined })],
	['an empty signature', () => withHeaders({ [SIGNATURE]: '' })],
	['no timestamp', () => withHeaders({ [TIMESTAMP]: undefined })],
	['an empty timestamp', () => withTimestamp('')],
	['an empty body', () => withBody('')],
	['an empty body, signed', () => signed('')],

	['the wrong secret', () => signed(BODY, { secret: `${SECRET}x` })],
	['an empty secret', () => signed(BODY, { secret: '' })],
	['the signature of another body', () => withBody(eventBody('video.errored'))],
	['a body changed by one byte', () => withBody(BODY.replace('450', '451'))],
	['a body with a byte more', () => withBody(`${BODY} `)],
	['the same JSON, serialised again', () => withBody(JSON.stringify(JSON.parse(BODY), null, 1))],
	['a signature over the body alone', () => withHeaders({ [SIGNATURE]: hmac(BODY) })],

	['a truncated signature', () => withHeaders({ [SIGNATURE]: signature.slice(0, 63) })],
	['a signature of one character', () => withHeaders({ [SIGNATURE]: signature.slice(0, 1) })],
	['a signature with a character more', () => withHeaders({ [SIGNATURE]: `${signature}0` })],
	['a signature in upper case', () => withHeaders({ [SIGNATURE]: signature.toUpperCase() })],
	['a signature in base64', () => withHeaders({ [SIGNATURE]: base64(signature) })],
	['a signature with a prefix', () => withHeaders({ [SIGNATURE]: `sha256=${signature}` })],
	['a signature of no hex', () => withHeaders({ [SIGNATURE]: 'z'.repeat(64) })],
	['a signature of zeros', () => withHeaders({ [SIGNATURE]: '0'.repeat(64) })],
	['a doubled signature', () => withHeaders({ [SIGNATURE]: [signature, signature] })],
	[
		'a wrong and a right signature',
		() => withHeaders({ [SIGNATURE]: ['0'.repeat(64), signature] }),
	],

	["a timestamp that isn't a number", () => withTimestamp('yesterday')],
	['a timestamp of NaN', () => withTimestamp('NaN')],
	['an endless timestamp', () => withTimestamp('9'.repeat(400))],
	['a negative timestamp', () => withTimestamp(`-${nowSeconds()}`)],
	['a signed timestamp', () => withTimestamp(`+${nowSeconds()}`)],
	['a fractional timestamp', () => withTimestamp(`${nowSeconds()}.5`)],
	['a hexadecimal timestamp', () => withTimestamp(`0x${nowSeconds().toString(16)}`)],
	['an exponent as timestamp', () => withTimestamp(`${nowSeconds()}e0`)],
	['a timestamp in milliseconds', () => withTimestamp(String(Date.now()))],
	['a timestamp as a date', () => withTimestamp(new Date().toISOString())],
	['a timestamp older than a day', () => fromNow(-86_402)],
	['a timestamp newer than the tolerance', () => fromNow(302)],
	[
		'another timestamp than the signed one',
		() => withHeaders({ [TIMESTAMP]: String(nowSeconds() - 9) }),
	],
	[
		'a doubled timestamp',
		() => withHeaders({ [TIMESTAMP]: [String(nowSeconds()), String(nowSeconds())] }),
	],

	['a body that is not UTF-8', () => withBody(notUtf8)],
	['a body that is not UTF-8, signed', () => signed(notUtf8)],
	['a body of 10 MB', () => withBody(tenMegabytes)],
	['a body of 10 MB, signed', () => signed(tenMegabytes)],
	['__proto__ in the payload', () => withBody(protoKey)],
	['__proto__ in the payload, signed', () => signed(protoKey)],
	['__proto__ beside the payload, signed', () => signed(protoRoot)],
	['a list, signed', () => signed('[]')],
	['null, signed', () => signed('null')],
	["a type that isn't a string, signed", () => signed('{"type":["video.completed"]}')],
];

function hmac(text: string): string {
	return createHmac('sha256', SECRET).update(text).digest('hex');
}

function base64(hex: string): string {
	return Buffer.from(hex, 'hex').toString('base64');
}

describe('what is not from Magic Hour gets a plain 401 and starts nothing', () => {
	let n8n: N8nWebhooks;
	beforeAll(async () => void (n8n = await new N8nWebhooks().start()));
	afterAll(async () => await n8n.stop());

	test.each(ATTACKS)('%s', async (_what, attack) => {
		expect(await send(n8n.url, attack())).toEqual({ status: 401, text: 'Unauthorized' });
		expect(n8n.started).toEqual([]);
	});

	test('nothing of it was logged, and no prototype was touched', () => {
		expect(n8n.logged).toEqual([]);
		expect({}).not.toHaveProperty('polluted');
	});

	test('and the genuine delivery still gets in', async () => {
		expect(await send(n8n.url, signed(BODY))).toMatchObject({ status: 200 });
		expect(n8n.started).toHaveLength(1);
	});
});

describe('a secret that is none verifies nothing', () => {
	let n8n: N8nWebhooks;
	afterEach(async () => await n8n.stop());

	test.each([
		['empty', ''],
		['blank', '  \n'],
		['not there', undefined],
	])('%s', async (_what, secret) => {
		n8n = await new N8nWebhooks({ credential: { signingSecret: secret } }).start();

		expect((await send(n8n.url, signed(BODY, { secret: secret ?? '' }))).status).toBe(401);
		expect(n8n.started).toEqual([]);
	});

	test('no credential: refused like any stranger, and the log says what is wrong', async () => {
		n8n = await new N8nWebhooks({ credential: null }).start();

		expect(await send(n8n.url, signed(BODY))).toEqual({ status: 401, text: 'Unauthorized' });
		expect(n8n.logged.join()).toContain('credential cannot be read');
	});
});
