import type { Request } from 'express';

import { answer, done, Refusal } from './answer.cts';
import type { Handle } from './api.cts';
import type { JobRegistry } from './jobRegistry.cts';
import type { Line } from './line.cts';
import type { AddressSigner } from './signedAddress.cts';
import { UPLOADS_PATH, type Uploads } from './uploads.cts';

interface Parts {
	signer: AddressSigner;
	jobs: JobRegistry;
	uploads: Uploads;
	/** That uploads come over; undefined: as fast as can be. */
	line?: Line;
}

/** What the addresses lead to that the API gives out: a store as S3 is one, signed by its query. */
export function storage({
	signer,
	jobs,
	uploads,
	line,
}: Parts): Record<'upload' | 'download', Handle> {
	const demandSigned = (method: 'GET' | 'PUT', req: Request) => {
		if (req.headers.authorization !== undefined) {
			throw new Refusal(
				400,
				'Only one auth mechanism allowed: a signed address takes no Authorization',
			);
		}
		signer.verify(method, req.path, new URL(req.url, 'http://storage').searchParams);
	};

	return {
		upload: async ({ req, record }) => {
			demandSigned('PUT', req);
			// S3 refuses a body of unknown length too.
			if (req.headers['content-length'] === undefined) throw new Refusal(411);
			await uploads.store(req.path.slice(UPLOADS_PATH.length), req, async (bytes) => {
				record.bytes += bytes;
				await line?.carry(bytes);
			});
			return done();
		},

		download: ({ req }) => {
			demandSigned('GET', req);
			const { plan, project } = jobs.get(String(req.params.id));
			return answer(200, plan.result, {
				'content-type': 'video/mp4',
				'content-disposition': attachment(`${project.name}.mp4`),
			});
		},
	};
}

/** With a plain name for old clients and the real one in any script (RFC 6266). */
function attachment(name: string): string {
	const encoded = encodeURIComponent(name).replace(
		/['()*]/g,
		(character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
	);
	return `attachment; filename="output.mp4"; filename*=UTF-8''${encoded}`;
}
