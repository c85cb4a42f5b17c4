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
	/** Credits, before anything was paid. */
	estimated: number;
	charged: number;
	/** Undefined for an item whose files an earlier one had uploaded. */
	uploadedBytes?: number;
	/** Absolute. */
	path: string;
}

/** Writes the rendered videos to a folder, named by their jobs. */
export async function saveResults(
	engine: Engine,
	{ run, estimates }: { run: IRun; estimates: readonly number[] },
	folder: string,
): Promise<Result[]> {
	const uploadedBytes = [NODES.video, NODES.audio]
		.map((name) => bytesOf(outputOf(run, name)[0]))
		.reduce((sum, bytes) => sum + bytes);
	const results: Result[] = [];
	for (const { json, binary } of outputOf(run, NODES.lipSync)) {
		const { id: stored, fileExtension = 'mp4' } = binary!.data!;
		const path = join(folder, `${json.id}.${fileExtension}`);
		await pipeline(await engine.stream(stored!), createWriteStream(path));
		results.push({
			id: String(json.id),
			status: String(json.status),
			estimated: estimates[results.length]!,
			charged: Number(json.credits_charged),
			uploadedBytes: results.length === 0 ? uploadedBytes : undefined,
			path,
		});
	}
	return results;
}

/** Credits that each item is going to cost, of a run that asked for the price. */
export const estimatesOf = (run: IRun): number[] =>
	outputOf(run, NODES.lipSync).map(({ json }) => Number(json.estimated_credits));

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
		head: ['item', 'job id', 'status', 'estimated', 'charged', 'uploaded bytes', 'result file'],
		colAligns: ['right', 'left', 'left', 'right', 'right', 'right', 'left'],
		style: { head: [], border: [] },
	});
	results.forEach(({ id, status, estimated, charged, uploadedBytes, path }, index) => {
		const uploaded = uploadedBytes?.toLocaleString('en') ?? 'same files';
		table.push([index + 1, id, status, estimated, charged, uploaded, pathInWords(path)]);
	});
	if (results.length > 1) {
		const sum = (of: (result: Result) => number) =>
			results.reduce((total, result) => total + of(result), 0);
		const uploaded = sum(({ uploadedBytes = 0 }) => uploadedBytes).toLocaleString('en');
		const credits = [sum(({ estimated }) => estimated), sum(({ charged }) => charged)];
		table.push(['', '', 'sum', ...credits, uploaded, '']);
	}
	return table.toString();
}
