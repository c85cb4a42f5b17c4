import { createWriteStream } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';

import Table from 'cli-table3';
import type { INodeExecutionData, IRun } from 'n8n-workflow';

import type { Engine } from '../engine/engine.cts';
import { NODES } from './workflow.cts';

/** What became of one item. */
export interface Result {
	id: string;
	status: string;
	credits: number;
	/** Undefined for an item whose files an earlier one had uploaded. */
	uploadedBytes?: number;
	/** Absolute. */
	path: string;
}

/** Writes the rendered videos to a folder, named by their jobs. */
export async function saveResults(engine: Engine, run: IRun, folder: string): Promise<Result[]> {
	const uploadedBytes = bytesOf(outputOf(run, NODES.files)[0]);
	const results: Result[] = [];
	for (const { json, binary } of outputOf(run, NODES.lipSync)) {
		const { id: stored, fileExtension = 'mp4' } = binary!.data!;
		const path = join(folder, `${json.id}.${fileExtension}`);
		await pipeline(await engine.stream(stored!), createWriteStream(path));
		results.push({
			id: String(json.id),
			status: String(json.status),
			credits: Number(json.credits_charged),
			uploadedBytes: results.length === 0 ? uploadedBytes : undefined,
			path,
		});
	}
	return results;
}

/** The bytes of all files of an item, which are what its upload sends. */
export const bytesOf = (item: INodeExecutionData | undefined): number =>
	Object.values(item?.binary ?? {}).reduce((sum, { bytes = 0 }) => sum + bytes, 0);

const outputOf = (run: IRun, node: string): INodeExecutionData[] =>
	run.data.resultData.runData[node]?.[0]?.data?.main?.[0] ?? [];

/** Short for what is in the current folder, else as it is. */
export function pathInWords(path: string): string {
	const fromHere = relative('', path);
	return fromHere === '' || fromHere.startsWith('..') || isAbsolute(fromHere) ? path : fromHere;
}

/** A row per item, and a sum where there are several. */
export function tableOf(results: Result[]): string {
	const table = new Table({
		head: ['item', 'job id', 'status', 'credits', 'uploaded bytes', 'result file'],
		colAligns: ['right', 'left', 'left', 'right', 'right', 'left'],
		style: { head: [], border: [] },
	});
	results.forEach(({ id, status, credits, uploadedBytes, path }, index) => {
		const uploaded = uploadedBytes?.toLocaleString('en') ?? 'same files';
		table.push([index + 1, id, status, credits, uploaded, pathInWords(path)]);
	});
	if (results.length > 1) {
		const credits = results.reduce((sum, result) => sum + result.credits, 0);
		const uploaded = results.reduce((sum, result) => sum + (result.uploadedBytes ?? 0), 0);
		table.push(['', '', 'sum', credits, uploaded.toLocaleString('en'), '']);
	}
	return table.toString();
}
