import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
/** Frees what nothing refers to any more. */
export const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes of this process that something still refers to, buffers included. */
export function liveBytes(): number {
	collectGarbage();
	const { heapUsed, external } = process.memoryUsage();
	return heapUsed + external;
}
