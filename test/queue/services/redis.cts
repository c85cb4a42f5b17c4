import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { freePort } from '../../../n8n/ports.cts';
import { until } from '../../../n8n/poll.cts';
import { howToStart, reach } from './reach.cts';

/** Whether the suite starts a Redis of its own, which it may then restart. */
export const startsOwnRedis =
	process.env.QUEUE_REDIS_URL === undefined &&
	(process.env.PATH ?? '')
		.split(delimiter)
		.some((folder) => existsSync(join(folder, 'redis-server')));

const advice = `${howToStart}, set QUEUE_REDIS_URL, or put redis-server into PATH, and the suite starts one of its own.`;

/** The Redis of a suite. */
export class TestRedis {
	private child?: ChildProcess;
	private readonly prefix = `n8n-queue-${randomBytes(4).toString('hex')}`;

	private constructor(
		private readonly url: URL,
		private readonly folder: string,
	) {}

	/**
	 * Starts one, or finds the one that runs already.
	 * @param folder for the data of one that is started
	 */
	static async open(folder: string): Promise<TestRedis> {
		if (startsOwnRedis) {
			const own = new TestRedis(new URL(`redis://127.0.0.1:${await freePort()}`), folder);
			await mkdir(folder, { recursive: true });
			await own.start();
			return own;
		}
		const found = new TestRedis(
			new URL(process.env.QUEUE_REDIS_URL ?? 'redis://127.0.0.1:6379'),
			folder,
		);
		await found.reach();
		return found;
	}

	/** What n8n has to know of it. */
	get environment(): Record<string, string> {
		const { hostname, username, password, pathname } = this.url;
		return {
			QUEUE_BULL_REDIS_HOST: hostname,
			QUEUE_BULL_REDIS_PORT: String(this.port),
			QUEUE_BULL_REDIS_DB: pathname.slice(1) || '0',
			QUEUE_BULL_REDIS_USERNAME: decodeURIComponent(username),
			QUEUE_BULL_REDIS_PASSWORD: decodeURIComponent(password),
			QUEUE_BULL_PREFIX: this.prefix,
			N8N_REDIS_KEY_PREFIX: this.prefix,
		};
	}

	/** Stops it and starts it again: what was written down is there again, every connection is lost. */
	async restart(): Promise<void> {
		await this.stop();
		await this.start();
	}

	/** Stops it, if it was started here. */
	async stop(): Promise<void> {
		const child = this.child;
		this.child = undefined;
		if (!child) return;
		const closed = once(child, 'close');
		child.stdin?.end();
		await closed;
	}

	private get port() {
		return Number(this.url.port || 6379);
	}

	private async reach(): Promise<void> {
		await reach('Redis', this.url, this.port, advice);
	}

	private async start(): Promise<void> {
		const server = ['redis-server', '--port', String(this.port), '--bind', '127.0.0.1'];
		const data = ['--dir', this.folder, '--appendonly', 'yes', '--logfile', 'redis.log'];
		// It ends when its standard input does, and so with the process that started it.
		const leash = '"$@" & server=$!; cat; kill $server; wait $server';
		this.child = spawn('sh', ['-c', leash, 'sh', ...server, ...data], {
			stdio: ['pipe', 'ignore', 'ignore'],
		});
		await until('Redis to answer', async () => {
			await this.reach();
			return true;
		});
	}
}
