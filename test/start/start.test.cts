import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { startSandbox, type Sandbox } from '../../sandbox/index.cts';

const ROOT = join(__dirname, '../..');
const VIDEO = join(ROOT, 'samples/talking-head.mp4');
const ID = /^c[a-z0-9]{24}\.mp4$/;

/** The command behind `npm start`, on the pack that was built before. */
function run(args: string[], environment: NodeJS.ProcessEnv = {}) {
	const child = spawn(process.execPath, ['--require', 'tsx/cjs', 'start/cli.cts', ...args], {
		cwd: ROOT,
		env: { PATH: process.env.PATH, ...environment },
	});
	const said = { stdout: '', stderr: '' };
	child.stdout.on('data', (text) => (said.stdout += text));
	child.stderr.on('data', (text) => (said.stderr += text));
	const ended = once(child, 'close').then(([code]) => ({ code: code as number, ...said }));
	return { child, ended };
}

// Each run loads n8n's engine in a process of its own, which a busy machine takes its time for.
jest.setTimeout(120_000);

describe('npm start', () => {
	let folder: string;
	beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'start-test-'))));
	afterEach(() => rmSync(folder, { recursive: true, force: true }));

	it('runs the first job in the sandbox, and says where the result is', async () => {
		const output = join(folder, 'made', 'here');
		const { code, stdout, stderr } = await run(['--output', output]).ended;
		expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
		expect(stdout).toMatch(/^sandbox at http:\/\/127\.0\.0\.1:\d+: nothing is paid/);
		expect(stdout).toContain('Estimate the price: 100 credits');
		expect(stdout).toMatch(/sandbox: .* jobs: 1 rendering/);
		const [file] = readdirSync(output);
		expect(file).toMatch(ID);
		expect(stdout).toMatch(
			new RegExp(
				`│ +1 │ ${file!.slice(0, 25)} │ complete │ +100 │ +100 │ +65,464 │ ${output}/${file}`,
			),
		);
		expect(stdout).toContain(`The results are in ${output}`);
		expect(readFileSync(join(output, file!))).toEqual(readFileSync(VIDEO));
	});

	it('makes a batch of files of any name, and uploads them once', async () => {
		const video = join(folder, 'Zoë {a,b} [1] (2) *?!.mp4');
		copyFileSync(VIDEO, video);
		const output = join(folder, 'output');
		const args = ['--items', '3', '--mode', 'pro', '--start', '1', '--end', '2.5'];
		const { code, stdout } = await run([...args, '--video', video, '--output', output]).ended;
		expect(code).toBe(0);
		expect(readdirSync(output)).toHaveLength(3);
		expect(stdout.match(/│ complete │ +76 │ +76 │/g)).toHaveLength(3);
		expect(stdout.match(/│ +same files │/g)).toHaveLength(2);
		expect(stdout).toMatch(/│ sum +│ +228 │ +228 │ +65,464 │/);
	});

	it('has one sentence and exit code 1 for what cannot be meant', async () => {
		const { code, stdout, stderr } = await run(['--video', 'none.mp4']).ended;
		expect({ code, stdout, stderr }).toEqual({
			code: 1,
			stdout: '',
			stderr: '--video: there is no file none.mp4.\n',
		});
	});

	describe('with an API key', () => {
		let magicHour: Sandbox;
		beforeEach(async () => (magicHour = await startSandbox({ apiKey: 'mine' })));
		afterEach(async () => await magicHour.close());

		const begin = () =>
			run(['--base-url', magicHour.url, '--items', '2', '--output', folder], {
				MAGIC_HOUR_API_KEY: 'mine',
			});

		it('says what it costs, and of a failed job what the node says', async () => {
			magicHour.setScript((_, index) => ({ outcome: index === 0 ? 'error' : 'complete' }));
			const { code, stdout, stderr } = await begin().ended;
			expect(code).toBe(1);
			expect(stdout).toContain(`Magic Hour at ${magicHour.url}: this costs credits`);
			expect(stdout).toContain('Estimate the price: 200 credits');
			expect(stderr).toContain(
				`\nLip Sync: The render failed: Please use a video with a detectable face (job ${magicHour.jobs[0]!.id})\nIts credits were refunded.`,
			);
			expect(stderr).not.toMatch(/^ +at /m);
			expect(stdout + stderr).not.toContain('mine');
		});

		it('stops on Ctrl-C, and names the jobs under way', async () => {
			magicHour.setScript(() => ({ outcome: 'never' }));
			const { child, ended } = begin();
			while (magicHour.jobs.length < 2) await pause(50);
			await pause(200);
			const pressed = Date.now();
			child.kill('SIGINT');
			const { code, stderr } = await ended;
			expect(code).toBe(130);
			// The jobs never end, and would be waited for for an hour.
			expect(Date.now() - pressed).toBeLessThan(10_000);
			expect(stderr).toContain('The execution was stopped while jobs were under way: ');
			for (const { id } of magicHour.jobs) expect(stderr).toContain(id);
		});
	});
});
