import { join } from 'node:path';

import fc from 'fast-check';

import type * as Signature from '../../nodes/MagicHourLipSyncTrigger/signature.ts';
import { eventBody, signatureOf } from './deliveries.cts';
import { SECRET } from './n8nWebhooks.cts';

const NOW = 1_730_742_038;
const BODY = Buffer.from(eventBody('video.completed'));
const GENUINE = { timestamp: String(NOW), signature: signatureOf(BODY, String(NOW)), body: BODY };

/** Any other value for the header: one edit away, of another kind, or unlike it altogether. */
const changed = (text: string) =>
	fc
		.oneof(edited(Buffer.from(text)).map(String), fc.string(), hexOfLength(text.length))
		.filter((other) => other !== text);

const hexOfLength = (length: number) =>
	fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });

/** One byte changed, removed or put in, or everything after it cut off. */
const edited = (bytes: Buffer) =>
	fc
		.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 }), fc.nat(3))
		.map(([at, byte, how]) => {
			const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at + 1)];
			const one = Buffer.from([byte]);
			if (how === 0) return Buffer.concat([head, one, tail]);
			if (how === 1) return Buffer.concat([head, tail]);
			if (how === 2) return Buffer.concat([head, one, bytes.subarray(at)]);
			return head;
		})
		.filter((other) => !other.equals(bytes));

const mutated = fc.oneof(
	edited(BODY).map((body) => ({ ...GENUINE, body })),
	changed(GENUINE.signature).map((signature) => ({ ...GENUINE, signature })),
	changed(GENUINE.timestamp).map((timestamp) => ({ ...GENUINE, timestamp })),
	fc.record({
		body: edited(BODY),
		signature: changed(GENUINE.signature),
		timestamp: changed(GENUINE.timestamp),
	}),
);

async function verify({ timestamp, signature, body }: typeof GENUINE): Promise<boolean> {
	const { isGenuine, readSignedRequest } = (await import(
		join(__dirname, '../../dist/nodes/MagicHourLipSyncTrigger/signature.js')
	)) as typeof Signature;
	const headers = {
		'magic-hour-event-signature': signature,
		'magic-hour-event-timestamp': timestamp,
	};
	const request = readSignedRequest({ headers, rawBody: body }, 300, NOW);
	return request !== undefined && isGenuine(request, SECRET);
}

test('the delivery itself verifies', async () => {
	expect(await verify(GENUINE)).toBe(true);
});

test('among 10,000 mutations of it none does', async () => {
	const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
	process.stdout.write(`fast-check seed ${seed} (repeat with FC_SEED=${seed})\n`);

	await fc.assert(
		fc.asyncProperty(mutated, async (delivery) => expect(await verify(delivery)).toBe(false)),
		{ numRuns: 10_000, seed },
	);
});
