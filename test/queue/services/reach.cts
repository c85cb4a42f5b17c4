import { once } from 'node:events';
import { connect } from 'node:net';

/** Of a service that is not there. */
export const howToStart = 'start it (docker compose -f test/queue/compose.yaml up --wait)';

/**
 * Makes sure that a service listens.
 * @param advice what to do about it when it does not, a sentence
 * @throws Error that names the service, its address and the advice
 */
export async function reach(name: string, url: URL, port: number, advice: string): Promise<void> {
	const address = `${url.hostname}:${port}`;
	const socket = connect({ host: url.hostname, port, timeout: 5000 });
	socket.once('timeout', () => socket.destroy(new Error('no answer')));
	try {
		await once(socket, 'connect');
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		throw new Error(`${name} cannot be reached at ${address} (${code ?? message}): ${advice}`);
	} finally {
		socket.destroy();
	}
}
