import { isPlainOnThisMachine } from '../api/baseUrl';
import { isInternalHost } from './internalHost';

/**
 * Whether files may be sent to, or taken from, an address that the API gave: over https to a host that is not
 * internal, or to the API's own host; in plain http only where the API itself is the sandbox on this machine.
 * @param baseUrl of the API
 */
export function isStorageAddress(address: unknown, baseUrl: string): address is string {
	if (typeof address !== 'string' || !URL.canParse(address)) return false;
	const url = new URL(address);
	const api = new URL(baseUrl);
	if (url.username !== '' || url.password !== '') return false;
	if (isPlainOnThisMachine(url)) return isPlainOnThisMachine(api);
	return (
		url.protocol === 'https:' && (url.hostname === api.hostname || !isInternalHost(url.hostname))
	);
}
