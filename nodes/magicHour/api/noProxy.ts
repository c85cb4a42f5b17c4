import type { IHttpRequestOptions } from 'n8n-workflow';

import { isPlainOnThisMachine } from './baseUrl';

/**
 * Where `HTTP_PROXY` is set, n8n sends plain http through that proxy, an address of this machine too, and the API key
 * with it. A node cannot switch that off, but it can name another proxy: the server itself. What it gets then is a
 * request with its whole address in the first line, which each server has to take (RFC 9112, 3.2.2).
 * @returns options for a request to `url`; none where it is sent as usual
 */
export function pastProxy(url: string): Pick<IHttpRequestOptions, 'proxy'> {
	const { hostname, port, protocol } = new URL(url);
	if (!isPlainOnThisMachine(new URL(url))) return {};
	return { proxy: { protocol, host: hostname, port: Number(port) || 80 } };
}
