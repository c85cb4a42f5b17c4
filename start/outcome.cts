import type { IRun } from 'n8n-workflow';

/** Something to tell a person, who needs no stack for it. */
export class Failure extends Error {}

/** @throws Failure in the words of the node, when the workflow did not come to its end */
export function demandSuccess(run: IRun): IRun {
	const { error } = run.data.resultData;
	if (error === undefined) return run;
	const node = 'node' in error && error.node ? `${error.node.name}: ` : '';
	throw new Failure([`${node}${error.message}`, error.description].filter(Boolean).join('\n'));
}
