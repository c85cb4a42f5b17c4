import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';

import { ReadAhead } from '../../../nodes/magicHour/files/readAhead.ts';
import { until } from '../../../n8n/poll.cts';

/** Seconds. */
const SILENCE = 0.4;

describe('a file that comes in', () => {
	let inflows: ReadAhead[] = [];
	const inflowOf = (source: Readable, giveUp: () => void = () => {}) => {
		const inflow = new ReadAhead(source, { silenceSeconds: SILENCE, bytes: 1e9 }, giveUp);
		inflows.push(inflow);
		return inflow;
	};
	afterEach(() => {
		inflows.forEach((inflow) => inflow.end());
		inflows = [];
	});

	it('is what was sent, however it was cut into parts', async () => {
		const parts = fc.array(fc.uint8Array({ minLength: 1, maxLength: 5000 }));
		await fc.assert(
			fc.asyncProperty(parts, async (sent) => {
				const { stream } = inflowOf(Readable.from(sent.map((part) => Buffer.from(part))));
				expect(await buffer(stream)).toEqual(Buffer.concat(sent));
			}),
			{ numRuns: 50 },
		);
	});

	it('waits in one piece for a reader who is busy, but not without limit', async () => {
		const part = Buffer.alloc(64 * 1024, 1);
		let sent = 0;
		const source = Readable.from(
			(async function* () {
				for (; sent < 100; sent++) yield part;
			})(),
		);
		const { stream } = inflowOf(source);
		const reader = stream[Symbol.asyncIterator]() as AsyncIterableIterator<Buffer>;
		await reader.next();
		await until('a full buffer', () => stream.readableLength >= stream.readableHighWaterMark);
		expect(sent).toBeLessThan(20);
		const { value } = await reader.next();
		expect((value as Buffer).length).toBeGreaterThanOrEqual(stream.readableHighWaterMark);
		await reader.return!();
	});

	it('is given up when nothing comes, and says so', async () => {
		const source = new PassThrough();
		const giveUp = jest.fn(() => void source.destroy(new Error('given up')));
		const inflow = inflowOf(source, giveUp);
		source.write('the beginning');
		await expect(buffer(inflow.stream)).rejects.toThrow('given up');
		expect(giveUp).toHaveBeenCalledTimes(1);
		expect(inflow.fellSilent).toBe(true);
	});

	it('is not given up because its reader takes long', async () => {
		const part = Buffer.alloc(1e6);
		const inflow = inflowOf(Readable.from([part, part, part]));
		const reader = inflow.stream[Symbol.asyncIterator]();
		for (let read = 0; read < 2; read++) {
			await sleep(2 * SILENCE * 1000);
			await reader.next();
		}
		expect(inflow.fellSilent).toBe(false);
		await reader.return!();
	});

	it('that breaks off before anybody reads fails the reader, and nothing else', async () => {
		const source = new PassThrough();
		const { stream } = inflowOf(source);
		source.destroy(new Error('broken off'));
		await until('the source to be closed', () => source.closed);
		await expect(buffer(stream)).rejects.toThrow('broken off');
	});

	it('closes its source when the reader stops', async () => {
		const source = new PassThrough();
		const { stream } = inflowOf(source);
		source.write('the beginning');
		const reader = stream[Symbol.asyncIterator]();
		await reader.next();
		source.write('more');
		await reader.return!();
		await until('the source to be closed', () => source.closed);
		expect(source.destroyed).toBe(true);
	});
});
