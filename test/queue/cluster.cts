import { randomBytes } from 'node:crypto';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installN8n, type InstalledN8n } from '../../n8n/install.cts';
import { installPack, packTarball } from '../../n8n/pack.cts';
import { freePort } from '../../n8n/ports.cts';
import { N8nApi } from '../../n8n/rest.cts';
import { N8nServer } from '../../n8n/server.cts';
import { until } from '../../n8n/poll.cts';
import { n8nVersions } from '../../n8n/versions.cts';
import { reachPostgres, TestDatabase } from './services/postgres.cts';
import { TestRedis } from './services/redis.cts';

/** Executions a worker works on at a time. */
const concurrency = 10;

/** A worker, and what it says it took from the queue. */
export class Worker {
	constructor(
		readonly name: string,
		readonly process: N8nServer,
	) {}

	/** Ids of all executions it has ever started. */
	async executions(): Promise<string[]> {
		const log = await readFile(this.process.log, 'utf8');
		return [...log.matchAll(/Worker started execution (\d+) /g)].map(([, id]) => id!);
	}
}

/** n8n in queue mode with the pack in it: a main, two workers and a webhook processor. */
export class Cluster {
	private readonly processes: N8nServer[] = [];
	private database?: TestDatabase;
	private shared: Record<string, string> = {};
	api!: N8nApi;
	redis!: TestRedis;
	main!: N8nServer;
	webhooks!: N8nServer;
	workers: Worker[] = [];

	/** @param folder gets the user folder of each process, and Redis' data */
	constructor(private readonly folder: string) {}

	/** Starts everything, with a database that is new. */
	async start(): Promise<void> {
		await reachPostgres();
		this.redis = await TestRedis.open(join(this.folder, 'redis'));
		const n8n = await installN8n(n8nVersions['2.x']);
		this.database = await TestDatabase.create(n8n);
		const webhookPort = await freePort();
		this.shared = {
			...this.database.environment,
			...this.redis.environment,
			...queueMode,
			WEBHOOK_URL: `http://127.0.0.1:${webhookPort}`,
		};
		await installPack(await packTarball(this.folder), this.userFolder('main'));

		// It makes the tables, which the others wait for.
		this.main = await this.startProcess(n8n, 'main', ['start'], await freePort());
		this.api = new N8nApi(this.main.url);
		const workers = ['worker-1', 'worker-2'];
		[this.webhooks, this.workers] = await Promise.all([
			this.startProcess(n8n, 'webhooks', ['webhook'], webhookPort),
			Promise.all(workers.map(async (name) => await this.startWorker(n8n, name))),
			this.api.setUpOwner(),
		]);
	}

	/** Stops everything and removes the database. The folder stays: it holds the logs. */
	async stop(): Promise<void> {
		await Promise.allSettled(this.processes.map(async (process) => await process.stop()));
		await this.redis?.stop();
		await this.database?.drop();
	}

	/** Kills all processes of n8n. Redis and PostgreSQL go on. */
	async kill(): Promise<void> {
		await Promise.all(this.processes.map(async (process) => await process.kill()));
	}

	/** Starts again what is not running. */
	async mend(): Promise<void> {
		const gone = this.processes.filter(({ isRunning }) => !isRunning);
		await Promise.all(gone.map(async (process) => await process.start()));
	}

	/** What each process has printed. */
	async logs(): Promise<string[]> {
		return await Promise.all(this.processes.map(async ({ log }) => await readFile(log, 'utf8')));
	}

	/** The worker that has an execution, once one has taken it. */
	async workerOf(executionId: string): Promise<Worker> {
		return await until(`a worker to take execution ${executionId}`, async () => {
			for (const worker of this.workers) {
				if ((await worker.executions()).includes(executionId)) return worker;
			}
			return undefined;
		});
	}

	private userFolder(name: string) {
		return join(this.folder, name);
	}

	private async startWorker(n8n: InstalledN8n, name: string): Promise<Worker> {
		const command: ['worker', string] = ['worker', `--concurrency=${concurrency}`];
		return new Worker(name, await this.startProcess(n8n, name, command, await freePort()));
	}

	private async startProcess(
		n8n: InstalledN8n,
		name: string,
		command: ['start' | 'worker' | 'webhook', ...string[]],
		port: number,
	): Promise<N8nServer> {
		const userFolder = this.userFolder(name);
		const pack = join('.n8n', 'nodes');
		if (name !== 'main') {
			await cp(join(this.userFolder('main'), pack), join(userFolder, pack), { recursive: true });
		}
		const env = { ...this.shared, QUEUE_HEALTH_CHECK_PORT: String(port) };
		const process = await N8nServer.start({ n8n, userFolder, port, env, command });
		this.processes.push(process);
		return process;
	}
}

/** What all processes have in common, beside the addresses. */
const queueMode = {
	EXECUTIONS_MODE: 'queue',
	N8N_ENCRYPTION_KEY: randomBytes(24).toString('hex'),
	OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
	N8N_DISABLE_PRODUCTION_MAIN_PROCESS: 'true',
	QUEUE_HEALTH_CHECK_ACTIVE: 'true',
	N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
	// No workflow here has code in it, and a runner would be one more process for each of these.
	N8N_RUNNERS_MODE: 'external',
	N8N_RUNNERS_AUTH_TOKEN: randomBytes(24).toString('hex'),
	// n8n's own are a minute and half a minute: this long a killed worker is not missed.
	QUEUE_WORKER_LOCK_DURATION: '10000',
	QUEUE_WORKER_LOCK_RENEW_TIME: '2000',
	QUEUE_WORKER_STALLED_INTERVAL: '3000',
};
