import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { once } from 'node:events';

/** Where and how a command runs. */
export interface RunOptions {
	cwd: string;
	env?: NodeJS.ProcessEnv;
	/** A file that gets everything the command prints. */
	log: string;
}

/** Runs a command to its end; when it fails, the error ends with the last lines it printed. */
export async function run(command: string, args: string[], options: RunOptions): Promise<void> {
	const log = createWriteStream(options.log, { flags: 'a' });
	log.write(`\n$ ${command} ${args.join(' ')}\n`);
	const child = spawn(command, args, { cwd: options.cwd, env: options.env ?? process.env });
	child.stdout.pipe(log, { end: false });
	child.stderr.pipe(log, { end: false });
	const [code] = (await once(child, 'close')) as [number | null];
	await new Promise<void>((resolve) => log.end(() => resolve()));
	if (code === 0) return;
	throw new Error(
		`"${command} ${args.join(' ')}" ended with code ${code}. The end of ${options.log}:\n${await lastLines(options.log)}`,
	);
}

/** The last lines of a log file. */
export async function lastLines(file: string, count = 30): Promise<string> {
	const text = await readFile(file, 'utf8').catch(() => '(no log)');
	return text.trimEnd().split('\n').slice(-count).join('\n');
}

/** Whether a command can be started at all. */
export async function isInstalled(command: string): Promise<boolean> {
	const child = spawn(command, ['--version'], { stdio: 'ignore' });
	return await new Promise((resolve) => {
		child.once('error', () => resolve(false));
		child.once('close', () => resolve(true));
	});
}
