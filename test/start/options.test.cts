import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { optionsFrom } from '../../start/options.cts';

const SAMPLES = join(__dirname, '../../samples');

describe('options of npm start', () => {
	const folder = mkdtempSync(join(tmpdir(), 'start-options-'));
	afterAll(() => rmSync(folder, { recursive: true, force: true }));

	const parse = (args: string[], apiKey?: string) =>
		optionsFrom(['node', 'cli.cts', '--output', join(folder, 'output'), ...args], apiKey);

	/** What goes to stderr before the process would have ended, and the code it would have ended with. */
	function refusal(args: string[]): { said: string; code: unknown } {
		const refused = { said: '', code: undefined as unknown };
		jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
			refused.said += String(text);
			return true;
		});
		jest.spyOn(process, 'exit').mockImplementation((code) => {
			refused.code ??= code;
			throw new Error('ended');
		});
		try {
			expect(() => parse(args)).toThrow('ended');
		} finally {
			jest.restoreAllMocks();
		}
		return refused;
	}

	const file = (name: string, content = 'content') => {
		const path = join(folder, name);
		writeFileSync(path, content);
		return path;
	};

	it('are the samples and the sandbox when nothing is said', () => {
		expect(parse([])).toEqual({
			video: join(SAMPLES, 'talking-head.mp4'),
			audio: join(SAMPLES, 'voice-over.mp3'),
			mode: 'lite',
			start: 0,
			items: 1,
			output: join(folder, 'output'),
			apiKey: undefined,
			baseUrl: 'https://api.magichour.ai',
		});
	});

	it('are taken as they are given', () => {
		const video = file('Video.MOV');
		const args = [
			'--video',
			video,
			'--mode',
			'pro',
			'--start',
			'0.5',
			'--end',
			'5',
			'--items',
			'2',
		];
		expect(parse([...args, '--base-url', 'http://127.0.0.1:1'], 'key')).toMatchObject({
			video,
			mode: 'pro',
			start: 0.5,
			end: 5,
			items: 2,
			apiKey: 'key',
			baseUrl: 'http://127.0.0.1:1',
		});
	});

	it.each([
		[['--mode', 'best'], /--mode.*best.*Allowed choices are lite, standard, pro\./],
		[['--start', 'now'], /--start.*now.*It has to be a number, 0 or more\./],
		[['--start', '-1'], /--start.*-1.*It has to be a number, 0 or more\./],
		[['--end', ''], /--end.*It has to be a number, 0\.1 or more\./],
		[['--end', 'Infinity'], /--end.*Infinity.*It has to be a number, 0\.1 or more\./],
		[['--start', '3', '--end', '3'], /^--end \(3\) has to be greater than --start \(3\)\.$/],
		[['--start', '5', '--end', '4'], /^--end \(4\) has to be greater than --start \(5\)\.$/],
		[['--items', '0'], /--items.*0.*It has to be a number, 1 or more\./],
		[['--items', '1.5'], /--items.*1\.5.*It has to be whole\./],
		[['--video', 'none.mp4'], /^--video: there is no file none\.mp4\.$/],
		[['--audio', SAMPLES], /^--audio: .*samples is not a file\.$/],
		[
			['--video', file('video.avi')],
			/^--video: .* the types mp4, m4v, mov, webm, and .*video\.avi/,
		],
		[['--audio', file('audio')], /^--audio: .* the types mp3, .*, and .*audio is none of them\.$/],
		[['--audio', file('empty.mp3', '')], /^--audio: .*empty\.mp3 is empty\.$/],
		[['--output', file('taken')], /^--output: .*taken isn't a folder that can be written to\.$/],
		[
			['--base-url', 'http://127.0.0.1:1'],
			/^--base-url needs an API key: set MAGIC_HOUR_API_KEY\.$/,
		],
		[['--speed', '2'], /unknown option '--speed'/],
		[['video.mp4'], /too many arguments/],
	])('%j are refused in one sentence', (args, sentence) => {
		const { said, code } = refusal(args);
		expect(said.trimEnd()).toMatch(sentence);
		expect(said.trimEnd()).not.toContain('\n');
		expect(code).toBe(1);
	});

	(process.getuid?.() === 0 ? it.skip : it)('refuse what may not be read or written', () => {
		const secret = file('secret.mp4');
		chmodSync(secret, 0);
		expect(refusal(['--video', secret]).said).toMatch(/secret\.mp4 may not be read\./);
		const locked = join(folder, 'locked');
		mkdirSync(locked, { mode: 0o500 });
		expect(refusal(['--output', join(locked, 'output')]).said).toMatch(/isn't a folder/);
	});
});
