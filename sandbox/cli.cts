import { Command, InvalidArgumentError, Option } from 'commander';

import { ACCOUNT_TIERS, type Account } from '../nodes/magicHour/api/contract.ts';
import { startSandbox } from './index.cts';
import {
	OUTCOMES,
	RATE_LIMIT_KINDS,
	RATE_LIMITED,
	type JobPlan,
	type RateLimit,
	type Sandbox,
} from './types.cts';

interface Arguments {
	port: number;
	apiKey: string;
	credits: number;
	tier: Account['tier'];
	queueSeconds: number;
	renderSeconds: number;
	outcome: JobPlan['outcome'];
	rateLimit?: Pick<RateLimit, 'requests' | 'seconds'>;
	rateLimitKind: RateLimit['kind'];
	rateLimitOn: RateLimit['on'];
	rateLimitRetryAfter?: true;
	webhookUrl?: string;
	webhookSecret?: string;
}

const print = (line: string) => console.log(line);

const numberFrom =
	(lowest: number, { whole }: { whole: boolean }) =>
	(text: string): number => {
		const value = Number(text);
		if (text.trim() === '' || !Number.isFinite(value) || value < lowest) {
			throw new InvalidArgumentError(`It has to be a number, ${lowest} or more.`);
		}
		if (whole && !Number.isInteger(value)) throw new InvalidArgumentError('It has to be whole.');
		return value;
	};
const count = numberFrom(0, { whole: true });
const seconds = numberFrom(0, { whole: false });

function portNumber(text: string): number {
	const port = count(text);
	if (port > 65535) throw new InvalidArgumentError('The highest port is 65535.');
	return port;
}

function apiKey(text: string): string {
	if (!/^[\x21-\x7e]+$/.test(text))
		throw new InvalidArgumentError('It must not be empty or have spaces.');
	return text;
}

function rateLimit(text: string): Pick<RateLimit, 'requests' | 'seconds'> {
	const [, requests, seconds] = /^(\d+)\/(\d+(?:\.\d+)?)s$/.exec(text) ?? [];
	if (!(Number(requests) > 0 && Number(seconds) > 0))
		throw new InvalidArgumentError('It has to look like 15/20s: 15 requests in 20 seconds.');
	return { requests: Number(requests), seconds: Number(seconds) };
}

const program = new Command('npm run sandbox --')
	.description(
		"A stand-in for Magic Hour's API on this machine: nothing is rendered, nothing is paid.",
	)
	.option('--port <number>', 'port to listen on; 0 takes a free one', portNumber, 8787)
	.option('--api-key <key>', 'the key that is let in', apiKey, 'sandbox-key')
	.option('--credits <number>', 'credits of the account', count, 1_000_000)
	.addOption(
		new Option('--tier <tier>', 'plan of the account').choices(ACCOUNT_TIERS).default('creator'),
	)
	.option('--queue-seconds <seconds>', 'how long a job is queued', seconds, 1)
	.option('--render-seconds <seconds>', 'how long a job renders', seconds, 5)
	.addOption(
		new Option('--outcome <outcome>', 'what becomes of the jobs')
			.choices(OUTCOMES)
			.default('complete'),
	)
	.option('--rate-limit <limit>', 'requests let through, such as 15/20s', rateLimit)
	.addOption(
		new Option('--rate-limit-kind <kind>', 'how they are counted')
			.choices(RATE_LIMIT_KINDS)
			.default('fixed-window'),
	)
	.addOption(
		new Option('--rate-limit-on <requests>', 'which of them are counted')
			.choices(RATE_LIMITED)
			.default('creations'),
	)
	.option('--rate-limit-retry-after', 'a refusal says when to come again')
	.option('--webhook-url <url>', 'where to send the events of jobs, on this machine')
	.option('--webhook-secret <secret>', 'what the events are signed with')
	.configureOutput({
		outputError: (text, write) => write(text.replace(/^error:/, 'sandbox:')),
	})
	.addHelpText(
		'after',
		`
While it runs (with curl -H 'content-type: application/json'):
  GET    /sandbox/state             account, jobs, uploads and faults
  POST   /sandbox/faults            the next fitting request goes wrong, such as
                                    {"on":"getProject","action":{"status":503},"times":3}
  DELETE /sandbox/faults            no more faults
  PUT    /sandbox/plan              what becomes of the next jobs, such as {"outcome":"error"}
  POST   /sandbox/jobs/<id>/finish  ends a job now`,
	);

async function main(): Promise<void> {
	const {
		webhookUrl,
		webhookSecret,
		outcome,
		rateLimit: limit,
		...options
	} = program.parse().opts<Arguments>();
	if ((webhookUrl === undefined) !== (webhookSecret === undefined)) {
		program.error(
			'sandbox: --webhook-url and --webhook-secret belong together; give both or none.',
		);
	}
	const webhook =
		webhookUrl && webhookSecret ? { url: webhookUrl, secret: webhookSecret } : undefined;

	const sandbox = await startSandbox({
		...options,
		webhook,
		rateLimit: limit && {
			...limit,
			kind: options.rateLimitKind,
			on: options.rateLimitOn,
			retryAfter: options.rateLimitRetryAfter,
		},
		script: () => ({ outcome }),
		onLog: print,
	}).catch((error: NodeJS.ErrnoException) => program.error(inOneSentence(error, options.port)));

	greet(sandbox, webhookUrl);
	for (const signal of ['SIGINT', 'SIGTERM'] as const) {
		process.once(signal, () => {
			void sandbox.close().then(() => print('sandbox stopped'));
		});
	}
}

function inOneSentence(error: NodeJS.ErrnoException, port: number): string {
	if (error.code === 'EADDRINUSE') {
		return `sandbox: port ${port} is taken; choose another one with --port, or any free one with --port 0.`;
	}
	if (error.code === 'EACCES')
		return `sandbox: port ${port} may not be used; choose one above 1023.`;
	return error.message;
}

function greet({ url, apiKey: key }: Sandbox, webhookUrl: string | undefined): void {
	print(`sandbox of Magic Hour's API at ${url}`);
	print('sandbox in n8n: create a "Magic Hour API" credential with');
	print(`sandbox    API Key   ${key}`);
	print(`sandbox    Base URL  ${url}`);
	if (webhookUrl) print(`sandbox events of jobs go to ${webhookUrl}`);
	print('sandbox takes --help, which tells how to ask for faults; Ctrl-C stops it');
}

void main();
