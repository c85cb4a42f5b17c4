import 'reflect-metadata';
import { createReadStream, type ReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, dirname } from 'node:path';

import type { IExecuteFunctions } from 'n8n-workflow';

import { fixturePath } from '../../support/mediaFixtures.cts';

const core = createRequire(__filename).resolve('n8n-core');
const requestHelpers = createRequire(core)(
	join(dirname(core), 'execution-engine/node-execution-context/utils/request-helper-functions.js'),
) as {
	getRequestHelperFunctions(
		...context: object[]
	): Pick<IExecuteFunctions['helpers'], 'httpRequest'>;
};

const streams: ReadStream[] = [];
/** How many streams were opened and are not closed. */
export const openStreams = () => streams.filter(({ destroyed }) => !destroyed).length;

/** n8n's own requests, and a storage whose ids are names of fixtures. */
export const ctx = {
	helpers: {
		...requestHelpers.getRequestHelperFunctions({}, {}, {}),
		getBinaryMetadata: async (id: string) => ({ fileSize: (await stat(fixturePath(id))).size }),
		getBinaryStream: async (id: string, chunkSize?: number) => {
			const stream = createReadStream(fixturePath(id), { highWaterMark: chunkSize });
			streams.push(stream);
			return stream;
		},
	},
} as unknown as IExecuteFunctions;
