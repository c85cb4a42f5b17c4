import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import axios from 'axios';
import { until } from './poll.cts';
import type { InstalledN8n } from './install.cts';
import { freePort } from './ports.cts';
import { lastLines, run } from './run.cts';

/** Ends n8n when the process that started it is gone, whatever ended that one. */
const leash = join(__dirname, 'leash.cjs');

/** Holds the write lock of a SQLite database until its input ends. */
const lockDatabase = join(__dirname, 'lockDatabase.cjs');

/** How to start an n8n. */
export interface ServerOptions {
	n8n: InstalledN8n;
	/** Holds the database, the community packages and the log. */
	userFolder: string;
	/** Without one, a free port. */
	port?: number;
	/** Environment variables beside the usual ones. */
	env?: Record<string, string>;
	/** The command of n8n and its flags, for a process of queue mode. Default: `start`. */
	command?: [name: 'start' | 'worker' | 'webhook', ...flags: string[]];
}

/** A running n8n process; on its own, one with a SQLite database in its user folder. */
export class N8nServer {
	private child?: ChildProcess;

	private constructor(
		private readonly options: ServerOptions,
		readonly port: number,
		private readonly brokerPort: number,
	) {}

	/** Starts n8n and waits until it answers. */
	static async start(options: ServerOptions): Promise<N8nServer> {
		const server = new N8nServer(options, options.port ?? (await freePort()), await freePort());
		await server.start();
		return server;
	}

	get url() {
		return `http://127.0.0.1:${this.port}`;
	}

	private get isMain() {
		return (this.options.command?.[0] ?? 'start') === 'start';
	}

	/** The only folder, with its subfolders, that nodes may read files from and write files to. */
	get files() {
		return join(this.options.userFolder, 'files');
	}

	/** Everything n8n printed, over all restarts. */
	get log() {
		return join(this.options.userFolder, 'n8n.log');
	}

	/** Whether its process is there. */
	get isRunning() {
		const { child } = this;
		return child !== undefined && child.exitCode === null && child.signalCode === null;
	}

	/** Stops n8n as a person would who presses Ctrl+C. */
	async stop(): Promise<void> {
		const { child } = this;
		if (!child || !this.isRunning) return;
		const closed = once(child, 'close');
		child.kill('SIGTERM');
		const stopped = await Promise.race([closed, sleep(20_000, undefined, { ref: false })]);
		if (stopped) return;
		child.kill('SIGKILL');
		await closed;
	}

	/** Ends n8n as a crash or a power cut does, with no time for anything. */
	async kill(): Promise<void> {
		const { child } = this;
		if (!child || !this.isRunning) return;
		const closed = once(child, 'close');
		child.kill('SIGKILL');
		await closed;
	}

	/** Stops n8n and starts it again on the same port, with the same database. */
	async restart(): Promise<void> {
		await this.stop();
		await this.start();
	}

	/** Runs a command of n8n's own command line, such as `export:workflow`, on the same database. */
	async command(...args: string[]): Promise<void> {
		const { n8n, userFolder } = this.options;
		const env = { ...this.environment(), N8N_RUNNERS_BROKER_PORT: String(await freePort()) };
		await run(n8n.node.path, [n8n.bin, ...args], { cwd: userFolder, env, log: this.log });
	}

	/** Locks the database as a backup or a slow disk does: n8n can read it, and write nothing. */
	async lockDatabase(): Promise<{ unlock: () => Promise<void> }> {
		const { n8n, userFolder } = this.options;
		const database = join(userFolder, '.n8n', 'database.sqlite');
		const child = spawn(n8n.node.path, [lockDatabase, n8n.folder, database], {
			stdio: ['pipe', 'pipe', 'inherit'],
		});
		await once(child.stdout, 'data');
		return {
			unlock: async () => {
				const closed = once(child, 'close');
				child.stdin.end();
				await closed;
			},
		};
	}

	/** Starts n8n, on the same port and with the same database as before. */
	async start(): Promise<void> {
		const { n8n, userFolder, command = ['start'] } = this.options;
		await mkdir(this.files, { recursive: true });
		const log = await open(this.log, 'a');
		const child = spawn(n8n.node.path, ['--require', leash, n8n.bin, ...command], {
			cwd: userFolder,
			env: this.environment(),
			stdio: ['pipe', log.fd, log.fd],
		});
		await log.close();
		this.child = child;
		try {
			await Promise.race([
				until('it to answer', async () => await this.answers(), 180),
				once(child, 'exit').then(([code]) => {
					throw new Error(`It ended with code ${code}.`);
				}),
			]);
		} catch (error) {
			await this.stop();
			throw new Error(
				`n8n ${n8n.version.n8n} (${command.join(' ')}) did not start: ${(error as Error).message}\n${await lastLines(this.log)}`,
			);
		}
	}

	private async answers(): Promise<true | undefined> {
		await axios.get(`${this.url}/healthz/readiness`, { timeout: 2000 });
		if (!this.isMain) return true;
		// Readiness alone is not enough: it is given before the REST API is mounted.
		const settings = await axios.get(`${this.url}/rest/settings`, { timeout: 2000 });
		return settings.data?.data ? true : undefined;
	}

	/** Nothing of the developer's own N8N_ settings leaks in, and nothing calls home. */
	private environment(): NodeJS.ProcessEnv {
		const { n8n, userFolder, env } = this.options;
		return {
			PATH: [dirname(n8n.node.path), process.env.PATH].join(delimiter),
			HOME: userFolder,
			TMPDIR: process.env.TMPDIR,
			LANG: 'C.UTF-8',
			N8N_USER_FOLDER: userFolder,
			N8N_E2E_PARENT: String(process.pid),
			N8N_PORT: String(this.port),
			N8N_LISTEN_ADDRESS: '127.0.0.1',
			N8N_EDITOR_BASE_URL: this.url,
			WEBHOOK_URL: this.url,
			N8N_RUNNERS_BROKER_PORT: String(this.brokerPort),
			N8N_SECURE_COOKIE: 'false',
			N8N_DIAGNOSTICS_ENABLED: 'false',
			N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
			N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
			N8N_DYNAMIC_BANNERS_ENABLED: 'false',
			N8N_HIRING_BANNER_ENABLED: 'false',
			N8N_PERSONALIZATION_ENABLED: 'false',
			N8N_TEMPLATES_ENABLED: 'false',
			N8N_VERIFIED_PACKAGES_ENABLED: 'false',
			N8N_RESTRICT_FILE_ACCESS_TO: this.files,
			// The sandbox is on loopback, which n8n 2.x may be told to keep nodes away from.
			N8N_SSRF_PROTECTION_ENABLED: 'false',
			...n8n.version.env,
			...env,
		};
	}
}
