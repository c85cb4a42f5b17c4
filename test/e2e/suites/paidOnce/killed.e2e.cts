import { until } from '../../../../n8n/poll.cts';
import type { Execution, N8nApi, StoredCredential, StoredWorkflow } from '../../../../n8n/rest.cts';
import { createSandboxCredential } from '../../../../n8n/sandboxCredential.cts';
import type { N8nServer } from '../../../../n8n/server.cts';
import { startWithPack } from '../../../../n8n/startWithPack.cts';
import { startSandbox, type Sandbox } from '../../../../sandbox/index.cts';
import { currentRun } from '../../jest/run.cts';
import { personalJob } from '../../serverBed.cts';
import { listen } from '../../../../n8n/listen.cts';
import { call, newExecution, newPath, rows, waitById, webhook } from '../../webhooks.cts';
import { lipSync, node, workflow } from '../../workflow.cts';
import { jobOf, oneByOne, paidFor, PEOPLE, refuse, rowsOf, withChanged } from './people.cts';

/** n8n is killed, and a person retries what it calls crashed. It has an n8n of its own. */

let server: N8nServer;
let api: N8nApi;
let sandbox: Sandbox;
let credentials: { magicHourApi: StoredCredential };
/** What a workflow calls when Create is over. */
let beacon: Awaited<ReturnType<typeof listen>>;
let isCreateOver: true | undefined;

beforeAll(async () => {
	({ server, api } = await startWithPack(currentRun().target));
	sandbox = await startSandbox({ queueSeconds: 0.1, renderSeconds: 0.3 });
	credentials = { magicHourApi: await createSandboxCredential(api, sandbox) };
	beacon = await listen((_, response) => {
		isCreateOver = true;
		response.end('{}');
	});
}, 180_000);
beforeEach(() => sandbox.reset());
afterAll(async () => {
	await beacon?.stop();
	await sandbox?.close();
	await server?.stop();
});

const publish = async (name: string, path: string, nodes: Array<ReturnType<typeof node>>) => {
	const stored = await api.importWorkflow(workflow(name, [webhook(path), rows(), ...nodes]));
	await api.publish(stored);
	return stored;
};

/** Kills n8n and starts it again. Returns the execution as n8n's recovery left it. */
async function killed(executionId: string): Promise<Execution> {
	await server.kill();
	await server.start();
	await api.login();
	return await until('n8n to see that the execution crashed', async () => {
		const execution = await api.execution(executionId);
		return execution.status === 'crashed' ? execution : undefined;
	});
}

/** Nothing was paid again, and a person is asked to look at an execution. */
function expectAsked(retried: Execution, paid: string[], lookAt: string): void {
	expect(paidFor(sandbox)).toEqual(paid);
	const { message, description } = errorOf(retried);
	expect(message).toMatch(/^The job may exist: /);
	expect(`${message} ${description}`).toContain(`execution ${lookAt}`);
}

function expectAskedAboutItself(retried: Execution, paid: string[]): void {
	expect(paidFor(sandbox)).toEqual(paid);
	expect(errorOf(retried).message).toMatch(
		/^The job may exist: it is not known which jobs an earlier run/,
	);
}

const errorOf = ({ data }: Execution) => data.resultData.error!;

describe('After n8n was killed, a retry asks first', () => {
	const returnsAtOnce = { ...personalJob, output: 'jobId' };
	const three = PEOPLE.slice(0, 3);

	// n8n 1.x writes down what an execution has in common with its retries only when it ends.
	const onlyIn2x = currentRun().target === '2.x' ? it : it.skip;

	/** Kills n8n in a Wait node, after Create has made a job for each of three and was stored as finished. */
	async function killedAfterCreate(name: string) {
		isCreateOver = undefined;
		const path = newPath(name);
		const stored = await publish(name, path, [
			lipSync(returnsAtOnce, { credentials }),
			node('Beacon', 'n8n-nodes-base.httpRequest', { url: beacon.url }, { typeVersion: 4.2 }),
			node('Pause', 'n8n-nodes-base.wait', { amount: 30 }, { typeVersion: 1.1 }),
		]);
		const id = await call(api, stored, `webhook/${path}`, { rows: rowsOf(three) });
		await until('Create to be over', () => isCreateOver);
		await killed(id);
		return { id, stored };
	}

	/** Kills n8n in Create, after it has made a job for each of three, and before it has one for the fourth. */
	async function killedInCreate(name: string) {
		const path = newPath(name);
		const stored = await publish(name, path, [lipSync(oneByOne, { credentials })]);
		sandbox.fail({
			on: 'createLipSync',
			action: 'hang',
			effect: false,
			match: jobOf('Dee'),
		});
		const id = await call(api, stored, `webhook/${path}`, { rows: rowsOf(PEOPLE) });
		await until('three jobs', () => sandbox.jobs[2]);
		await killed(id);
		sandbox.clearFaults();
		return { stored, id };
	}

	/** Puts another node, as n8n sees it, in the place of Create. */
	const replaceNode = async (stored: StoredWorkflow) =>
		await api.save(withChanged(stored, { id: `another of ${stored.id}` }));

	onlyIn2x('behind Create, in n8n’s Wait node', async () => {
		const { id } = await killedAfterCreate('killed-in-wait');

		expectAsked(await api.retry(id), three, id);
	});

	onlyIn2x('behind Create, in Video Project: Wait', async () => {
		sandbox.setScript(() => ({ outcome: 'never' }));
		const path = newPath('killed-in-project-wait');
		const pause = waitById(credentials, { options: { pollInterval: 0.1, timeoutMinutes: 0.5 } });
		const stored = await publish('Create, then wait for it', path, [
			lipSync(returnsAtOnce, { credentials }),
			pause,
		]);

		const id = await call(api, stored, `webhook/${path}`, { rows: rowsOf(three) });
		await until('the wait', () => sandbox.requestsTo('getProject')[3]);
		await killed(id);
		const retried = await api.retry(id);

		expectAsked(retried, three, id);
	});

	onlyIn2x('also when it is retried once more, after another retry was answered', async () => {
		const { id, stored } = await killedAfterCreate('killed-then-two-retries');
		const asking = await api.retry(id);
		expectAsked(asking, three, id);
		const other = await api.retry(id);
		expectAsked(other, three, id);
		const started = await newExecution(api, stored, async () => {
			api.retry(asking.id).catch(() => undefined);
		});
		await until('the jobs again', () => sandbox.jobs[5]);

		// The one that makes them still runs.
		const sixJobs = paidFor(sandbox);
		expectAsked(await api.retry(other.id), sixJobs, started);
		await api.stop(started);
		await api.finished(started);

		const last = await api.retry(id);
		expect(paidFor(sandbox)).toEqual(sixJobs);
		expect(last.data.resultData.error!.message).not.toBe('');
	});

	onlyIn2x('also by a node that was put in the place of one that was deleted', async () => {
		const { id, stored } = await killedAfterCreate('killed-and-replaced');
		await replaceNode(stored);

		const retried = await api.retry(id, { loadWorkflow: true });

		expectAskedAboutItself(retried, three);
	});

	onlyIn2x('also by such a node, if it was killed in Create', async () => {
		const { stored, id } = await killedInCreate('killed-in-create-and-replaced');
		await replaceNode(stored);

		const retried = await api.retry(id, { loadWorkflow: true });

		expectAskedAboutItself(retried, three);
	});

	describe('in a retry that had made further jobs', () => {
		let first: string;
		let second: string;

		beforeEach(async () => {
			const path = newPath('killed-in-retry');
			const stored = await publish('Killed in a retry', path, [lipSync(oneByOne, { credentials })]);
			refuse(sandbox, 'Ben');
			first = await call(api, stored, `webhook/${path}`, { rows: rowsOf(PEOPLE) });
			await api.finished(first);
			expect(paidFor(sandbox)).toEqual(['Ada']);
			sandbox.fail({
				on: 'createLipSync',
				action: 'hang',
				effect: false,
				match: jobOf('Dee'),
			});
			second = await newExecution(api, stored, async () => {
				api.retry(first).catch(() => undefined);
			});
			await until('two more jobs', () => sandbox.jobs[2]);
			await killed(second);
			sandbox.clearFaults();
		});

		it.each([
			['that retry', () => second],
			['the first execution', () => first],
		])('is retried: %s', async (_, chosen) => {
			const retried = await api.retry(chosen());

			expectAsked(retried, ['Ada', 'Ben', 'Cem'], second);

			const again = await api.retry(retried.id);
			expect(again.status).toBe('success');
		});
	});
});
