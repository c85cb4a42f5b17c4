import './setUp.cts';

/** After all suites. The user folder stays: it holds the log and the database. */
export default async function tearDown(): Promise<void> {
	await globalThis.n8nServer?.stop();
}
