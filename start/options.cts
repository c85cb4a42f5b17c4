import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';

import { Command, InvalidArgumentError, Option } from 'commander';

import {
	FILE_EXTENSIONS,
	GENERATION_MODES,
	type FileType,
	type GenerationMode,
} from '../nodes/magicHour/api/contract.ts';

const SAMPLES = join(__dirname, '../samples');

/** What a person asked for, checked. */
export interface StartOptions {
	/** Absolute paths of files that can be read. */
	video: string;
	audio: string;
	mode: GenerationMode;
	/** Seconds of the video. */
	start: number;
	/** Undefined: where the audio ends. */
	end?: number;
	/** How many jobs to make of the same files. */
	items: number;
	/** An absolute path of a folder that can be written to. */
	output: string;
	/** Undefined where the sandbox takes the part of Magic Hour. */
	apiKey?: string;
	baseUrl: string;
}

/**
 * Reads the command line. Whatever cannot be meant is said in one sentence on stderr, before anything is
 * started, and ends the process with exit code 1.
 */
export function optionsFrom(argv: string[], apiKey: string | undefined): StartOptions {
	const program = new Command('npm start --')
		.description("Runs workflows/first-job.json in n8n's own engine, and saves the result.")
		.option('--video <file>', 'the video whose mouth is to move', join(SAMPLES, 'talking-head.mp4'))
		.option('--audio <file>', 'the voice to follow', join(SAMPLES, 'voice-over.mp3'))
		.addOption(
			new Option('--mode <mode>', 'quality and price').choices(GENERATION_MODES).default('lite'),
		)
		.option('--start <seconds>', 'where the clip begins in the video', numberFrom(0), 0)
		.option('--end <seconds>', 'where it ends (default: when the audio ends)', numberFrom(0.1))
		.option('--items <number>', 'how many jobs to make of these files', wholeNumberFrom(1), 1)
		.option('--output <folder>', 'where the results go', 'output')
		.option(
			'--base-url <url>',
			"another address of Magic Hour's API (default: https://api.magichour.ai)",
		)
		.addHelpText(
			'after',
			`
Without MAGIC_HOUR_API_KEY in the environment it runs against the sandbox on this machine: no account, no
costs. With it, it runs against Magic Hour's API, which costs credits.`,
		)
		.allowExcessArguments(false)
		.configureOutput({ outputError: (text, write) => write(withAdvice(text)) })
		.parse(argv);

	const given = program.opts<Omit<StartOptions, 'apiKey'> & { baseUrl?: string }>();
	const refuse = (sentence: string): never => program.error(sentence);
	if (given.end !== undefined && given.end <= given.start) {
		refuse(`--end (${given.end}) has to be greater than --start (${given.start}).`);
	}
	if (given.baseUrl !== undefined && !apiKey) {
		refuse('--base-url needs an API key: set MAGIC_HOUR_API_KEY.');
	}
	return {
		...given,
		video: readableFile(given.video, 'video', refuse),
		audio: readableFile(given.audio, 'audio', refuse),
		output: writableFolder(given.output, refuse),
		apiKey: apiKey || undefined,
		baseUrl: given.baseUrl ?? 'https://api.magichour.ai',
	};
}

/** npm keeps options for itself unless they come after two dashes, and leaves their values. */
const withAdvice = (text: string) =>
	text
		.replace(/^error: /, '')
		.replace(/^(unknown option|too many arguments).*/, '$& All options: npm start -- --help');

const numberFrom =
	(lowest: number) =>
	(text: string): number => {
		const value = Number(text);
		if (text.trim() === '' || !Number.isFinite(value) || value < lowest) {
			throw new InvalidArgumentError(`It has to be a number, ${lowest} or more.`);
		}
		return value;
	};

const wholeNumberFrom = (lowest: number) => (text: string) => {
	const value = numberFrom(lowest)(text);
	if (!Number.isInteger(value)) throw new InvalidArgumentError('It has to be whole.');
	return value;
};

type Refuse = (sentence: string) => never;

function readableFile(given: string, type: FileType, refuse: Refuse): string {
	const path = resolve(given);
	const accepted: readonly string[] = FILE_EXTENSIONS[type];
	const stats = statSync(path, { throwIfNoEntry: false });
	if (stats === undefined) refuse(`--${type}: there is no file ${given}.`);
	if (!stats?.isFile()) refuse(`--${type}: ${given} is not a file.`);
	if (!accepted.includes(extname(path).slice(1).toLowerCase())) {
		refuse(
			`--${type}: Magic Hour takes ${type} files of the types ${accepted.join(', ')}, and ${given} is none of them.`,
		);
	}
	if (stats?.size === 0) refuse(`--${type}: ${given} is empty.`);
	try {
		accessSync(path, constants.R_OK);
	} catch {
		refuse(`--${type}: ${given} may not be read.`);
	}
	return path;
}

/** Made before anything is paid for: a result must have a place to go to. */
function writableFolder(given: string, refuse: Refuse): string {
	const path = resolve(given);
	try {
		mkdirSync(path, { recursive: true });
		accessSync(path, constants.W_OK);
	} catch {
		refuse(`--output: ${given} isn't a folder that can be written to.`);
	}
	return path;
}
