import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { InstalledN8n } from '../../../n8n/install.cts';
import { howToStart, reach } from './reach.cts';

/** The part of n8n's own PostgreSQL driver that is needed here. */
interface PostgresDriver {
	Client: new (settings: { connectionString: string }) => {
		connect(): Promise<void>;
		query(statement: string): Promise<unknown>;
		end(): Promise<void>;
	};
}

/** The server in which databases are made: `QUEUE_POSTGRES_URL`, of a user who may create them. */
const serverUrl = () =>
	new URL(process.env.QUEUE_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres');

/** @throws Error when there is no PostgreSQL */
export async function reachPostgres(): Promise<void> {
	const url = serverUrl();
	const advice = `${howToStart}, or set QUEUE_POSTGRES_URL.`;
	await reach('PostgreSQL', url, Number(url.port || 5432), advice);
}

/** An empty database that nobody else uses, in a PostgreSQL that runs already. */
export class TestDatabase {
	private constructor(
		private readonly n8n: InstalledN8n,
		private readonly name: string,
	) {}

	/** Makes it. */
	static async create(n8n: InstalledN8n): Promise<TestDatabase> {
		const database = new TestDatabase(n8n, `n8n_queue_${randomBytes(4).toString('hex')}`);
		await database.ask(`CREATE DATABASE ${database.name}`);
		return database;
	}

	/** What n8n has to know of it. */
	get environment(): Record<string, string> {
		const { hostname, port, username, password } = serverUrl();
		return {
			DB_TYPE: 'postgresdb',
			DB_POSTGRESDB_HOST: hostname,
			DB_POSTGRESDB_PORT: port || '5432',
			DB_POSTGRESDB_DATABASE: this.name,
			DB_POSTGRESDB_USER: decodeURIComponent(username),
			DB_POSTGRESDB_PASSWORD: decodeURIComponent(password),
		};
	}

	/** Removes it, and ends the connections that are left of processes that were killed. */
	async drop(): Promise<void> {
		await this.ask(`DROP DATABASE IF EXISTS ${this.name} WITH (FORCE)`);
	}

	private async ask(statement: string): Promise<void> {
		const { Client } = createRequire(join(this.n8n.folder, 'package.json'))('pg') as PostgresDriver;
		const client = new Client({ connectionString: serverUrl().href });
		await client.connect();
		try {
			await client.query(statement);
		} finally {
			await client.end();
		}
	}
}
