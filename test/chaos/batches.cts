import fc from 'fast-check';
import type { INode } from 'n8n-workflow';

import type { WorkflowJson } from '../../engine/engine.cts';
import { workflowOf, type Item } from '../engine/engineBed.cts';
import { draw } from '../support/draw.cts';
import { FILES, url } from '../support/sources.cts';

/** One workflow of the run, and how its node is set. */
export interface Batch {
	/** Of each item; also the name of its job, by which the sandbox tells them apart. */
	names: string[];
	workflow: WorkflowJson;
	onError: NonNullable<INode['onError']>;
	waits: boolean;
	downloads: boolean;
	/** Seconds after which a person presses Stop; undefined: nobody does. */
	stopAfter?: number;
}

const SETTINGS = fc.record({
	input: fc.constantFrom('path', 'binary'),
	ending: fc.constantFrom('return', 'wait', 'wait', 'download', 'download'),
	onError: fc.constantFrom<NonNullable<INode['onError']>>(
		'stopWorkflow',
		'continueRegularOutput',
		'continueRegularOutput',
		'continueErrorOutput',
		'continueErrorOutput',
	),
	maxTries: fc.constantFrom(1, 2, 3),
	parallelRequests: fc.integer({ min: 1, max: 20 }),
	stopAfter: fc.oneof(
		{ weight: 7, arbitrary: fc.constant(undefined) },
		{ weight: 1, arbitrary: fc.integer({ min: 50, max: 2000 }).map((ms) => ms / 1000) },
	),
});

/** Workflows with so many items together. */
export function batches(items: number, purpose: string): Batch[] {
	const all: Batch[] = [];
	for (let left = items; left > 0; ) {
		const number = `${purpose}.${all.length}`;
		const size = Math.min(left, draw(fc.integer({ min: 1, max: 60 }), `size ${number}`));
		all.push(batch(number, size));
		left -= size;
	}
	return all;
}

function batch(number: string, size: number): Batch {
	const { input, ending, onError, maxTries, parallelRequests, stopAfter } = draw(
		SETTINGS,
		`settings ${number}`,
	);
	const names = Array.from({ length: size }, (_, index) => `item ${number}.${index}`);
	const waits = ending !== 'return';
	const workflow = workflowOf(
		names.map((name) => itemNamed(name, input === 'binary')),
		{
			...(input === 'binary'
				? FILES
				: {
						audio: url('https://example.com/voice.mp3'),
						video: url('https://example.com/head.mp4'),
					}),
			clipEnd: 'seconds',
			endSeconds: 1,
			output: waits ? (ending === 'download' ? 'videoFile' : 'videoUrl') : 'jobId',
			options: {
				name: '={{ $json.name }}',
				pollInterval: 0.05,
				timeoutMinutes: 0.1,
				parallelRequests,
			},
		},
		{ onError, retryOnFail: maxTries > 1, maxTries, waitBetweenTries: 1 },
	);
	return { names, workflow, onError, waits, downloads: ending === 'download', stopAfter };
}

/** Every third item has the files of another one, so that uploads are shared. */
function itemNamed(name: string, hasFiles: boolean): Item {
	const content = (kind: string) =>
		Buffer.from(`${kind} of ${name.replace(/[0369]$/, '0')}`).toString('base64');
	return {
		json: { name },
		binary: hasFiles
			? {
					video: { data: content('video'), mimeType: 'video/mp4', fileExtension: 'mp4' },
					audio: { data: content('audio'), mimeType: 'audio/mpeg', fileExtension: 'mp3' },
				}
			: undefined,
	};
}
