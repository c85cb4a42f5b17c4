import { url } from '../../../support/sources.cts';
import { useServerBed } from '../../serverBed.cts';
import { lipSync, start, withRows, workflow } from '../../workflow.cts';
import { oneByOne, paidFor, PEOPLE, refuse, rowsOf } from './people.cts';

/** Expressions that read differently in a retry. */

const bed = useServerBed();

describe('A retry knows its items', () => {
	it.each([
		['the id of the execution', '=https://example.com/{{ $execution.id }}/voice.mp3'],
		['the time', '=https://example.com/voice.mp3?at={{ $now.toMillis() }}'],
	])('although %s is in an address', async (_, audio) => {
		const { api, sandbox, credentials } = bed;
		const volatile = { ...oneByOne, audio: url(audio) };
		const stored = await api.importWorkflow(
			withRows(workflow('Volatile', [start(), lipSync(volatile, { credentials })]), rowsOf(PEOPLE)),
		);
		refuse(sandbox, 'Dee');
		const failed = await api.run(stored, 'Start');
		expect(paidFor(sandbox)).toEqual(['Ada', 'Ben', 'Cem']);

		const retried = await api.retry(failed.id);

		expect(paidFor(sandbox)).toEqual(PEOPLE);
		expect(retried.status).toBe('success');
	});
});
