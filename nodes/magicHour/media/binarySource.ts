import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';

import { BufferSource, Unreadable, type ByteSource } from './byteSource';
import { StreamSource } from './streamSource';

/** Bytes of a piece, where n8n's storage can be told. */
const PIECE = 128 * 1024;

/**
 * A file in a binary field: through n8n's stream, wherever n8n keeps it, or as it is in the item.
 * @throws Unreadable when n8n does not have it
 */
export async function binarySource(
	{ helpers }: IExecuteFunctions,
	{ id, data }: IBinaryData,
): Promise<ByteSource> {
	if (id === undefined) return new BufferSource(Buffer.from(data, 'base64'));
	const { fileSize: size } = await helpers.getBinaryMetadata(id).catch(gone);
	return new StreamSource({
		size,
		limit: Infinity,
		open: async () => {
			const stream = await helpers.getBinaryStream(id, PIECE).catch(gone);
			return { stream, close: () => stream.destroy() };
		},
	});
}

const gone = (): never => {
	throw new Unreadable("it is not in n8n's storage any more");
};
