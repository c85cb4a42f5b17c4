import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import express from 'express';
import type { INode } from 'n8n-workflow';

import { listen } from '../../n8n/listen.cts';
import { startSandbox } from '../../sandbox/index.cts';
import { ENGINE } from '../contenders/batch.cts';
import type { EngineResult, EngineTask } from '../measured/engine.cts';
import { MeasuredProcess } from '../measured/process.cts';
import type { LookRow } from '../results.cts';
import { sample } from '../statistics.cts';
import { credentialsFor, lineOf, magicHour, readFile as readNode } from '../workflows.cts';
import { SETUP } from './names.cts';
import type { Surroundings } from './part.cts';

const SAMPLES = join(__dirname, '../../samples');
const VIDEO = join(SAMPLES, 'talking-head.mp4');
const AUDIO = join(SAMPLES, 'voice-over.mp3');

/** Bytes. */
const LARGE = 1e9;
const REPEATS = 5;

const file = (value: string) => ({ __rl: true, mode: 'file', value });
const url = (value: string) => ({ __rl: true, mode: 'url', value });

/** What is looked at, and how. */
interface Way {
	files: string;
	source: string;
	/** The nodes before the one that looks. */
	before: INode[];
	/** Of the node that looks. */
	sources: INode['parameters'];
}

/** What it takes to look at files: the time of *Estimate*, less that of one that looks at nothing. */
export async function measureLooks({ tell }: Surroundings): Promise<LookRow[]> {
	const scratch = await mkdtemp(join(tmpdir(), 'bench-looks-'));
	const large = join(scratch, 'large.mp4');
	await writeLarge(large);
	const web = await serve([scratch, SAMPLES]);
	const at = (path: string) => url(`${web.url}/${basename(path)}`);
	const ways: Way[] = [
		{
			files: 'mp4 of 1 GB, index at its end',
			source: 'binary',
			before: [readNode(large)],
			sources: { video: file('data'), audio: url('https://example.com/a.mp3'), clipEnd: 'video' },
		},
		{
			files: 'mp4 of 1 GB, index at its end',
			source: 'web',
			before: [],
			sources: { video: at(large), audio: url('https://example.com/a.mp3'), clipEnd: 'video' },
		},
		{
			files: 'mp4 of 41 kB and mp3 of 24 kB',
			source: 'binary',
			before: [readNode(VIDEO), { ...readNode(AUDIO), name: 'Read Audio', id: 'Read Audio' }],
			sources: { video: file("={{ $('Read').item.binary.data }}"), audio: file('data') },
		},
		{
			files: 'mp4 of 41 kB and mp3 of 24 kB',
			source: 'web',
			before: [],
			sources: { video: at(VIDEO), audio: at(AUDIO) },
		},
	];
	try {
		const rows: LookRow[] = [];
		for (const { before, sources, ...what } of ways) {
			const seconds: number[] = [];
			let bytes = 0;
			for (let repeat = 0; repeat < REPEATS; repeat++) {
				tell(`looking at ${what.files}, ${what.source}, ${repeat + 1} of ${REPEATS}`);
				const idle = await measureOnce(before, {
					...sources,
					clipEnd: 'seconds',
					video: url(OTHER),
					audio: url(OTHER),
				});
				const sentBefore = web.sent();
				// Once for the warm-up, and once for the measurement.
				seconds.push((await measureOnce(before, sources)) - idle);
				bytes = (web.sent() - sentBefore) / 2;
			}
			const milliseconds = sample(seconds.map((each) => each * 1000));
			rows.push({ ...what, milliseconds, ...(what.source === 'web' && { bytes }) });
		}
		return rows;
	} finally {
		await web.stop();
		await rm(scratch, { recursive: true, force: true });
	}
}

/** An upload of before, which nobody can look at. */
const OTHER = 'api-assets/id/other.mp4';

/** @returns the seconds that *Estimate* took in a fresh process, the second time */
async function measureOnce(before: INode[], sources: INode['parameters']): Promise<number> {
	const sandbox = await startSandbox(SETUP);
	try {
		const step = magicHour('Estimate', { operation: 'estimate', endSeconds: 1, ...sources });
		const workflow = lineOf(1, ...before, step);
		const ready = await MeasuredProcess.start<EngineTask, EngineResult>(ENGINE, {
			workflow,
			warmUp: workflow,
			credentials: credentialsFor(sandbox),
		});
		return (await ready.run()).result.nodes[step.name]!;
	} finally {
		await sandbox.close();
	}
}

/** A video with a box of zeros before its index; the file has holes, so that no disk has to read them. */
async function writeLarge(path: string): Promise<void> {
	const small = await readFile(VIDEO);
	const typeBox = small.readUInt32BE(0);
	const gap = Buffer.alloc(8);
	gap.writeUInt32BE(LARGE - small.length);
	gap.write('free', 4);
	const target = await open(path, 'w');
	await target.write(small, 0, typeBox, 0);
	await target.write(gap, 0, gap.length, typeBox);
	await target.write(small, typeBox, small.length - typeBox, typeBox + LARGE - small.length);
	await target.close();
}

/** A web server for files that counts what it sends. */
async function serve(folders: string[]) {
	const app = express();
	for (const folder of folders) app.use(express.static(folder));
	let sent = 0;
	const counted = new WeakMap<Socket, number>();
	const count = (socket: Socket) => {
		sent += socket.bytesWritten - (counted.get(socket) ?? 0);
		counted.set(socket, socket.bytesWritten);
	};
	const service = await listen((request, response) => {
		response.on('close', () => count(request.socket));
		app(request, response);
	});
	return { ...service, sent: () => sent };
}
