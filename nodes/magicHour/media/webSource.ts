import type { IExecuteFunctions } from 'n8n-workflow';

import { OwnSignal } from '../api/ownSignal';
import { REQUEST_POLICY } from '../api/requestPolicy';
import { sendWithRetries } from '../api/sendWithRetries';
import { callStorage, type StorageResponse } from '../api/transport';
import { pause } from '../pause';
import { Unreadable, type ByteSource } from './byteSource';
import { asBuffer, StreamSource } from './streamSource';

/** What looking at one address may cost. */
export const WEB_LIMITS = {
	/** Bytes, where the server gives parts of a file. */
	traffic: 2 * 1024 * 1024,
	/** Bytes, where it gives the whole file or nothing. */
	trafficWithoutRange: 32 * 1024 * 1024,
	requests: 200,
	redirects: 3,
	/** Seconds for all of it. */
	seconds: 120,
};

/** Bytes asked for: at first, and after a step to another place. What is read on from there is doubled each time. */
const FIRST_PART = 64 * 1024;
const SMALLEST_PART = 16 * 1024;
const LARGEST_PART = 256 * 1024;

/** What a server gave for a range of bytes. */
interface Part {
	response: StorageResponse;
	/** Bytes of the whole file; undefined where the server gives no parts. */
	size?: number;
}

/**
 * Opens a file on the web. Parts of it are asked for without the API key, which belongs to Magic Hour alone.
 * @param signal ends requests and pauses
 * @throws Unreadable when it cannot be had
 */
export async function webSource(
	ctx: IExecuteFunctions,
	url: string,
	signal: AbortSignal,
): Promise<ByteSource> {
	const web = new Web(ctx, url, signal);
	const { response, size } = await web.part(0, FIRST_PART);
	if (size === undefined) return wholeFile(web, response);
	const first = await web.bytesOf(response, Math.min(FIRST_PART, size));
	return new RangeSource(web, size, first);
}

/** Of a server that knows no ranges: what it sends is read until the answer is found. */
function wholeFile(web: Web, response: StorageResponse): ByteSource {
	const length = Number(response.headers['content-length']);
	let unused: StorageResponse | undefined = response;
	return new StreamSource({
		size: length > 0 ? length : undefined,
		limit: WEB_LIMITS.trafficWithoutRange,
		watch: async (piece) => await web.inTime(piece),
		open: async () => {
			const { body, abandon } = unused ?? (await web.part(0, FIRST_PART)).response;
			unused = undefined;
			return { stream: body as NodeJS.ReadableStream, close: abandon };
		},
	});
}

/** A file of a server that gives parts of it. */
class RangeSource implements ByteSource {
	private traffic: number;
	private partBytes = SMALLEST_PART;
	private start = 0;

	constructor(
		private readonly web: Web,
		readonly size: number,
		private held: Buffer,
	) {
		this.traffic = held.length;
	}

	async read(offset: number, length: number): Promise<Buffer> {
		const end = this.start + this.held.length;
		const wanted = Math.min(offset + length, this.size);
		if (offset >= this.start && wanted <= end) return this.held.subarray(offset - this.start);
		if (offset >= this.size) return Buffer.alloc(0);

		const readsOn = offset >= this.start && offset <= end;
		this.partBytes = readsOn ? Math.min(LARGEST_PART, this.partBytes * 2) : SMALLEST_PART;
		const kept = readsOn ? this.held.subarray(offset - this.start) : Buffer.alloc(0);
		const from = offset + kept.length;
		const bytes = Math.min(Math.max(wanted - from, this.partBytes), this.size - from);
		if (this.traffic + bytes > WEB_LIMITS.traffic) {
			throw new Unreadable('too much of it would have to be fetched');
		}
		this.traffic += bytes;
		const { response, size } = await this.web.part(from, bytes);
		if (size !== this.size) {
			response.abandon();
			throw new Unreadable('the file changed while it was looked at');
		}
		this.held = Buffer.concat([kept, await this.web.bytesOf(response, bytes)]);
		this.start = offset;
		return this.held;
	}

	canReadToEnd(offset: number): boolean {
		const left = this.size - Math.max(offset, this.start + this.held.length);
		return this.traffic + left <= WEB_LIMITS.traffic;
	}

	close(): void {
		this.held = Buffer.alloc(0);
	}
}

/** The requests for one file. */
class Web {
	private requests = 0;
	private readonly end = Date.now() + WEB_LIMITS.seconds * 1000;

	constructor(
		private readonly ctx: IExecuteFunctions,
		private url: string,
		private readonly signal: AbortSignal,
	) {}

	/** Asks for a part of the file, from wherever its address leads. */
	async part(offset: number, bytes: number): Promise<Part> {
		for (let redirects = 0; redirects <= WEB_LIMITS.redirects; redirects++) {
			if (++this.requests > WEB_LIMITS.requests) {
				throw new Unreadable('it would take too many requests');
			}
			if (Date.now() > this.end) throw new Unreadable('its server is too slow');
			const outcome = await sendWithRetries('readMedia', this.signal, async (silenceSeconds) =>
				callStorage(this.ctx, {
					method: 'GET',
					url: this.url,
					encoding: 'stream',
					headers: {
						range: `bytes=${offset}-${offset + bytes - 1}`,
						// Offsets are those of the file as it is.
						'accept-encoding': 'identity',
					},
					silenceSeconds,
					abortSignal: this.signal,
				}),
			);
			if (outcome.ok) return partOf(outcome.body, offset);
			const { failure } = outcome;
			if (failure.kind !== 'refused') {
				const code = 'code' in failure ? failure.code : failure.kind;
				throw new Unreadable(`its server could not be reached (${code})`, true);
			}
			if (failure.status >= 400 || failure.location === undefined) {
				const isOutOfReach = failure.status < 500;
				throw new Unreadable(`its server answered with status ${failure.status}`, isOutOfReach);
			}
			this.url = redirected(failure.location, this.url);
		}
		throw new Unreadable('its address leads to another one too often');
	}

	/**
	 * @param wanted bytes; what comes beyond them is not taken
	 * @throws Unreadable when fewer come
	 */
	async bytesOf({ body, abandon }: StorageResponse, wanted: number): Promise<Buffer> {
		const pieces = (body as NodeJS.ReadableStream)[Symbol.asyncIterator]();
		const taken: Buffer[] = [];
		let length = 0;
		try {
			while (length < wanted) {
				const { done, value } = await this.inTime(pieces.next());
				if (done) throw new Unreadable('its server sent less than it announced');
				taken.push(asBuffer(value));
				length += taken.at(-1)!.length;
			}
		} catch (error) {
			throw error instanceof Unreadable ? error : new Unreadable('its server broke off');
		} finally {
			abandon();
		}
		return Buffer.concat(taken).subarray(0, wanted);
	}

	/** Gives up where nothing comes for too long, and where all takes too long: n8n watches neither in a stream. */
	async inTime<T>(piece: Promise<T>): Promise<T> {
		const seconds = Math.min(
			REQUEST_POLICY.readMedia.timeoutSeconds,
			(this.end - Date.now()) / 1000,
		);
		const arrived = new OwnSignal(this.signal);
		const silence = pause(seconds, arrived.signal).then(() => {
			throw new Unreadable('its server fell silent');
		});
		try {
			return await Promise.race([piece, silence]);
		} finally {
			arrived.abort();
			arrived.release();
			// The loser of a race rejects later, when nobody listens any more.
			silence.catch(() => {});
			piece.catch(() => {});
		}
	}
}

function partOf(response: StorageResponse, offset: number): Part {
	const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers['content-range'] ?? '');
	if (response.statusCode !== 206) return { response };
	if (range === null || Number(range[1]) !== offset) {
		response.abandon();
		throw new Unreadable('its server sent another part than it was asked for');
	}
	return { response, size: Number(range[2]) };
}

function redirected(location: string, from: string): string {
	const url = URL.canParse(location, from) ? new URL(location, from) : undefined;
	if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
		throw new Unreadable("its address leads to one that isn't a web address");
	}
	return url.href;
}
