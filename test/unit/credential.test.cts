import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import axios from 'axios';
import { Workflow, type INodeTypes } from 'n8n-workflow';

import { MagicHourApi } from '../../credentials/MagicHourApi.credentials.ts';
import { startSandbox, type Sandbox } from '../../sandbox/index.cts';

/** Fills in the expressions of a credential type, as n8n does. */
function filledIn(expression: string, credentials: object): string {
	const { expression: evaluator } = new Workflow({
		nodes: [],
		connections: {},
		active: false,
		nodeTypes: {} as INodeTypes,
	});
	const additionalKeys = { $credentials: credentials as never };
	return String(
		evaluator.getParameterValue(expression, null, 0, 0, '', [], 'internal', additionalKeys),
	);
}

/** Sends what the button Test of the credential sends. */
async function test(credentials: { apiKey: string; baseUrl: string }) {
	const { test: credentialTest, authenticate } = new MagicHourApi();
	const { baseURL, url, disableFollowRedirect } = credentialTest.request;
	const headers = Object.fromEntries(
		Object.entries(authenticate.properties.headers ?? {}).map(([name, value]) => [
			name,
			filledIn(String(value), credentials),
		]),
	);
	return await axios.request<unknown>({
		baseURL: filledIn(String(baseURL), credentials),
		url,
		headers,
		maxRedirects: disableFollowRedirect ? 0 : 5,
		validateStatus: () => true,
	});
}

describe('the test of the credential Magic Hour API', () => {
	let sandbox: Sandbox;
	beforeAll(async () => (sandbox = await startSandbox({ apiKey: 'mhk_live_1' })));
	beforeEach(() => sandbox.reset());
	afterAll(async () => await sandbox.close());

	it('asks for the account, which costs nothing', async () => {
		const { status, data } = await test({ apiKey: 'mhk_live_1', baseUrl: sandbox.url });
		expect(status).toBe(200);
		expect(data).toEqual(sandbox.account);
		expect(sandbox.requests).toMatchObject([
			{
				method: 'GET',
				path: '/v1/account',
				headers: { authorization: 'Bearer mhk_live_1' },
			},
		]);
	});

	it.each(['mhk_live_2', '', 'Bearer mhk_live_1'])('fails with the key %j', async (apiKey) => {
		expect((await test({ apiKey, baseUrl: sandbox.url })).status).toBe(401);
	});

	it('takes a key and an address with blanks around them, and slashes at the end', async () => {
		const baseUrl = ` ${sandbox.url}//\n`;
		expect((await test({ apiKey: ' mhk_live_1\n', baseUrl })).status).toBe(200);
		expect(sandbox.requests.map(({ path }) => path)).toEqual(['/v1/account']);
	});

	it('does not take the key to where a redirect leads', async () => {
		const server: Server = createServer((req, res) =>
			res.writeHead(302, { location: `${sandbox.url}${req.url}` }).end(),
		);
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		try {
			const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
			expect((await test({ apiKey: 'mhk_live_1', baseUrl })).status).toBe(302);
			expect(sandbox.requests).toEqual([]);
		} finally {
			server.closeAllConnections();
			server.close();
		}
	});
});

describe('the credential Magic Hour API', () => {
	const { name, properties } = new MagicHourApi();

	it('hides the key, and leads to the API by itself', () => {
		expect(name).toBe('magicHourApi');
		expect(properties).toMatchObject([
			{ name: 'apiKey', typeOptions: { password: true }, default: '' },
			{ name: 'baseUrl', default: 'https://api.magichour.ai' },
		]);
	});
});
