import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startSandbox, type Sandbox } from '../../sandbox/index.cts';
import { BUILT_IN_REQUEST, CURL, SDK_NAME, SETUP, THIS_NODE } from './names.cts';
import type { Surroundings } from './part.cts';
import * as contenders from '../contenders/files.cts';
import type { FileContender, FileFigures } from '../contenders/files.cts';
import type { FileRow } from '../results.cts';
import { rotated, sample } from '../statistics.cts';
import { REQUEST_BODY } from '../workflows.cts';

/** Bytes: what is sent before the measurement, so that programs are warm. */
const WARM_UP_SIZE = 1000;

/** Files of one size, on disk and as results of jobs, and a sandbox that takes and gives them. */
export class FileTransfers {
	private constructor(
		private readonly sandbox: Sandbox,
		private readonly scratch: string,
		private readonly bytes: number,
	) {}

	/** @param line bytes a second that the sandbox's storage takes and gives; undefined: as many as it can */
	static async prepare(bytes: number, line?: number): Promise<FileTransfers> {
		const scratch = await mkdtemp(join(tmpdir(), 'bench-files-'));
		const sandbox = await startSandbox({ ...SETUP, storageBytesPerSecond: line });
		for (const size of [bytes, WARM_UP_SIZE]) {
			const path = join(scratch, `${size}.mp4`);
			await writeFile(path, '');
			await truncate(path, size);
			const result = Buffer.alloc(size);
			sandbox.setScript(() => ({ result }));
			await create(sandbox);
		}
		return new FileTransfers(sandbox, scratch, bytes);
	}

	/** @param folder where the SDK is installed */
	async measure(contender: FileContender, folder: string): Promise<FileFigures> {
		const { sandbox, scratch, bytes } = this;
		const downloads = join(scratch, 'downloads');
		await mkdir(downloads);
		try {
			return await contender({
				sandbox,
				path: join(scratch, `${bytes}.mp4`),
				smallPath: join(scratch, `${WARM_UP_SIZE}.mp4`),
				jobId: sandbox.jobs[0]!.id,
				smallJobId: sandbox.jobs[1]!.id,
				scratch: downloads,
				folder,
			});
		} finally {
			await rm(downloads, { recursive: true, force: true });
		}
	}

	async end(): Promise<void> {
		await this.sandbox.close();
		await rm(this.scratch, { recursive: true, force: true });
	}
}

async function create({ url, apiKey }: Sandbox): Promise<void> {
	const { ok } = await fetch(`${url}/v1/lip-sync`, {
		method: 'POST',
		headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
		body: JSON.stringify(REQUEST_BODY),
	});
	if (!ok) throw new Error('The sandbox made no job');
}

const WAYS: Array<Pick<FileRow, 'direction' | 'contender'> & { way: FileContender }> = [
	{ direction: 'upload', contender: THIS_NODE, way: contenders.nodeUpload },
	{ direction: 'upload', contender: BUILT_IN_REQUEST, way: contenders.httpUpload },
	{
		direction: 'upload',
		contender: `${BUILT_IN_REQUEST}, redirects off`,
		way: contenders.httpUploadNoRedirects,
	},
	{ direction: 'upload', contender: SDK_NAME, way: contenders.sdkUpload },
	{ direction: 'upload', contender: CURL, way: contenders.curlUpload },
	{ direction: 'download', contender: THIS_NODE, way: contenders.nodeDownload },
	{ direction: 'download', contender: BUILT_IN_REQUEST, way: contenders.httpDownload },
	{ direction: 'download', contender: SDK_NAME, way: contenders.sdkDownload },
	{ direction: 'download', contender: CURL, way: contenders.curlDownload },
];

/** Bytes a second: a line of 1.6 Gbit/s. */
const LINE = 2e8;

/** What goes over a line, too; what sets the others apart is measured without one. */
const OVER_LINE = [THIS_NODE, BUILT_IN_REQUEST, CURL];

/** Bytes, and how often each is measured; over a line of limited speed, or as fast as the machine can. */
const SIZES = [
	{ bytes: 1e6, repeats: 3 },
	{ bytes: 1e8, repeats: 3 },
	{ bytes: 2e9, repeats: 3 },
	{ bytes: 2e9, repeats: 1, line: LINE },
];

/** All sizes, both directions, in all ways. */
export async function measureFiles({ folder, tell }: Surroundings): Promise<FileRow[]> {
	const rows: FileRow[] = [];
	for (const { bytes, repeats, line } of SIZES) {
		const transfers = await FileTransfers.prepare(bytes, line);
		const ways =
			line === undefined ? WAYS : WAYS.filter(({ contender }) => OVER_LINE.includes(contender));
		const figures = new Map(ways.map((entry) => [entry, [] as FileFigures[]]));
		try {
			// The first to touch a file of this size would wait for its pages.
			if (line === undefined) await transfers.measure(contenders.curlDownload, folder);
			for (let repeat = 0; repeat < repeats; repeat++) {
				for (const entry of rotated(ways, repeat * 2)) {
					const { direction, contender } = entry;
					tell(
						`${direction} of ${bytes / 1e6} MB${line ? ' over a line' : ''}, ${contender}, ${repeat + 1} of ${repeats}`,
					);
					figures.get(entry)!.push(await transfers.measure(entry.way, folder));
				}
			}
		} finally {
			await transfers.end();
		}
		for (const [{ direction, contender }, measured] of figures) {
			const peaks = measured.flatMap(({ peakBytes }) => peakBytes ?? []);
			rows.push({
				direction,
				contender,
				bytes,
				line,
				seconds: sample(measured.map(({ seconds }) => seconds)),
				...(peaks.length > 0 && { peakBytes: sample(peaks) }),
			});
		}
	}
	return rows;
}
