import { setTimeout as sleep } from 'node:timers/promises';

import { startSandbox, type Sandbox } from '../../sandbox/index.cts';
import { connect, create, project, youtubeJob } from './sandboxBed.cts';

let sandbox: Sandbox;
beforeEach(async () => (sandbox = await startSandbox({ renderSeconds: 0 })));
afterEach(async () => sandbox.close());

describe('a restart', () => {
	test('keeps the address and all that was done', async () => {
		const client = connect(sandbox);
		const { id } = await create(client);
		await sandbox.restart();
		expect((await project(client, id)).id).toBe(id);
		expect(sandbox.jobs).toHaveLength(1);
	});

	test('cuts what is under way, and refuses connections while it lasts', async () => {
		const client = connect(sandbox);
		sandbox.fail({ on: 'createLipSync', action: 'hang' });
		const hanging = client.post('/v1/lip-sync', youtubeJob()).catch(({ code }) => code as string);
		while (sandbox.requests.length === 0) await sleep(5);
		const restarted = sandbox.restart(0.3);
		expect(await hanging).toBe('ECONNRESET');
		await expect(client.get('/v1/account')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
		await restarted;
		expect((await client.get('/v1/account')).status).toBe(200);
	});

	test('does not begin again once it is closed', async () => {
		const restarted = sandbox.restart(0.2);
		await sandbox.close();
		await restarted;
		await expect(connect(sandbox).get('/v1/account')).rejects.toMatchObject({
			code: 'ECONNREFUSED',
		});
	});
});

test('failBy asks about each request, until faults are cleared', async () => {
	const client = connect(sandbox);
	sandbox.failBy(({ endpoint }) =>
		endpoint === 'getAccount' ? { action: { status: 418 } } : undefined,
	);
	expect((await client.get('/v1/account')).status).toBe(418);
	await create(client);
	sandbox.clearFaults();
	expect((await client.get('/v1/account')).status).toBe(200);
});
