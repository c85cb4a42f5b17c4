import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server on loopback that stands for some service beside n8n and Magic Hour. */
export interface Service {
	url: string;
	stop(): Promise<void>;
}

/** Lets a service listen on a free port. */
export async function listen(answer: RequestListener): Promise<Service> {
	const server = createServer(answer).listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		stop: async () => {
			const closed = once(server, 'close');
			server.close();
			server.closeAllConnections();
			await closed;
		},
	};
}
