import { cpus, release, totalmem, type } from 'node:os';

import { version as nodesBase } from 'n8n-nodes-base/package.json';
import { version as n8nCore } from 'n8n-core/package.json';

import { VERSIONS } from './install.cts';
import type { Sample } from './statistics.cts';

export interface BatchRow {
	scenario: 'short' | 'minutes' | 'alike' | 'distant';
	contender: string;
	jobs: number;
	/** Seconds of the slowest job and one round trip: nothing can be faster. */
	limit: number;
	/** Seconds, also below; {@link BatchFigures} says of what. */
	seconds: Sample;
	requests: Sample;
	checks: Sample;
	lag: Sample;
	endLag: Sample;
	peakBytes: Sample;
}

export interface FileRow {
	direction: 'upload' | 'download';
	contender: string;
	/** Of the file. */
	bytes: number;
	/** Bytes a second of the line it went over; undefined: as fast as the machine can. */
	line?: number;
	seconds: Sample;
	peakBytes?: Sample;
}

export interface CreateRow {
	contender: string;
	jobs: number;
	/** Seconds that each answer was held back. */
	roundTrip: number;
	/** Milliseconds per item. */
	perItem: Sample;
}

/** Creations under a rate limit. */
export interface LimitRow {
	contender: string;
	jobs: number;
	/** How many of them were made. */
	made: number;
	/** Requests that were answered 429. */
	refused: number;
	seconds: number;
	/** Seconds that the limit allows. */
	shortest: number;
}

/** What it takes to know how long files are. */
export interface LookRow {
	files: string;
	source: string;
	milliseconds: Sample;
	/** That came over the web. */
	bytes?: number;
}

export interface LoadRow {
	pack: string;
	version: string;
	milliseconds: Sample;
	/** Bytes. */
	packed: number;
	/** Bytes. */
	unpacked: number;
	files: number;
	dependencies: number;
}

/** Everything one run of the bench has measured. */
export interface Results {
	measuredAt: string;
	/** How long the whole run took. */
	minutes: number;
	machine: { processor: string; cores: number; gigabytes: number; system: string; node: string };
	versions: Record<string, string>;
	batch: BatchRow[];
	files: FileRow[];
	creates: CreateRow[];
	limits: LimitRow[];
	looks: LookRow[];
	load: LoadRow[];
}

export const thisMachine = (): Results['machine'] => ({
	processor: cpus()[0]?.model.trim() ?? 'unknown',
	cores: cpus().length,
	gigabytes: Math.round(totalmem() / 1e9),
	system: `${type()} ${release()}`,
	node: process.version,
});

export const allVersions = (): Results['versions'] => ({
	'n8n-core': n8nCore,
	'n8n-nodes-base': nodesBase,
	...VERSIONS,
});
