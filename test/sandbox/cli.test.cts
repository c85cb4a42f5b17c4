import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

import axios from 'axios';

import { startSandbox } from '../../sandbox/index.cts';
import { until } from '../../n8n/poll.cts';

const running = new Set<ChildProcess>();
afterEach(() => running.forEach((child) => child.kill()));

function run(...args: string[]) {
	const child = spawn(
		process.execPath,
		['--require', 'tsx/cjs', join(__dirname, '../../sandbox/cli.cts'), ...args],
		{ cwd: join(__dirname, '../..') },
	);
	running.add(child);
	const output = { stdout: '', stderr: '' };
	child.stdout.on('data', (piece) => (output.stdout += piece));
	child.stderr.on('data', (piece) => (output.stderr += piece));
	const ended = new Promise<number | null>((resolve) => {
		child.once('close', (code) => {
			running.delete(child);
			resolve(code);
		});
	});
	return { child, output, ended };
}

test('it tells where it is and how to use it, prints every request, and stops on Ctrl-C', async () => {
	const { child, output, ended } = run(
		...['--port', '0', '--api-key', 'my-key', '--credits', '900', '--tier', 'pro'],
		...['--queue-seconds', '0', '--render-seconds', '0.5', '--outcome', 'error'],
		...['--webhook-url', 'http://localhost:5678/webhook/x', '--webhook-secret', 'shh'],
	);
	await until('the sandbox to start', () => output.stdout.includes('Ctrl-C'), 20);
	const url = /at (http:\S+)/.exec(output.stdout)?.[1];
	expect(output.stdout).toContain('API Key   my-key');
	expect(output.stdout).toContain(`Base URL  ${url}`);
	expect(output.stdout).not.toContain('shh');

	const { data } = await axios.get(`${url}/v1/account`, {
		headers: { authorization: 'Bearer my-key' },
	});
	expect(data).toMatchObject({ credits: 900, tier: 'pro' });
	await until('the line of the request', () =>
		output.stdout.includes('sandbox GET /v1/account → 200'),
	);

	child.kill('SIGINT');
	expect(await ended).toBe(0);
	expect(output.stderr).toBe('');
	const lines = output.stdout.trimEnd().split('\n');
	expect(lines.filter((line) => !line.startsWith('sandbox'))).toEqual([]);
	expect(lines.at(-1)).toBe('sandbox stopped');
});

test('--rate-limit lets so many requests through, and says when to come again', async () => {
	const { output } = run(
		...['--port', '0', '--rate-limit', '1/600s', '--rate-limit-on', 'everything'],
		...['--rate-limit-kind', 'token-bucket', '--rate-limit-retry-after'],
	);
	await until('the sandbox to start', () => output.stdout.includes('Ctrl-C'));
	const url = /at (http:\S+)/.exec(output.stdout)?.[1];
	const ask = async () =>
		await axios.get(`${url}/v1/account`, {
			headers: { authorization: 'Bearer sandbox-key' },
			validateStatus: () => true,
		});
	expect((await ask()).status).toBe(200);
	const { status, headers } = await ask();
	expect([status, Number(headers['retry-after']) > 590]).toEqual([429, true]);
});

test.each([
	[
		['--port', 'abc'],
		"option '--port <number>' argument 'abc' is invalid. It has to be a number, 0 or more.",
	],
	[
		['--rate-limit', '15'],
		"option '--rate-limit <limit>' argument '15' is invalid. It has to look like 15/20s: 15 requests in 20 seconds.",
	],
	[['--colour'], "unknown option '--colour'"],
	[
		['--webhook-url', 'http://localhost:5678/x'],
		'--webhook-url and --webhook-secret belong together; give both or none.',
	],
])('%j is one clear sentence', async (args, sentence) => {
	const { output, ended } = run(...args);
	expect(await ended).toBe(1);
	expect(output).toEqual({ stdout: '', stderr: `sandbox: ${sentence}\n` });
});

test('so is a port that is taken', async () => {
	const sandbox = await startSandbox();
	const { port } = new URL(sandbox.url);
	const { output, ended } = run('--port', port);
	expect(await ended).toBe(1);
	expect(output.stderr).toBe(
		`sandbox: port ${port} is taken; choose another one with --port, or any free one with --port 0.\n`,
	);
	await sandbox.close();
});
