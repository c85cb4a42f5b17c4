import { Problem } from './problem';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * The base URL of a credential, without trailing slashes. It is put together from what a URL parser read in it,
 * so that nobody who parses it again can come to another host.
 * @throws Problem when it is not one the API key may be sent to
 */
export function checkedBaseUrl(baseUrl: unknown): string {
	const text = typeof baseUrl === 'string' ? baseUrl.trim() : '';
	const url = URL.canParse(text) ? new URL(text) : undefined;
	const isPlain = url !== undefined && !hasLogin(url) && !/[?#]/.test(text);
	if (!isPlain || !(url.protocol === 'https:' || isThisMachine(url))) {
		throw new Problem('The Base URL of the Magic Hour credential cannot be used', {
			description:
				'It has to be an https address without user name or query, such as https://api.magichour.ai. Plain http is taken for this machine only (the sandbox).',
		});
	}
	return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/**
 * Whether files may be sent to, or taken from, an address that the API gave: over https, or in plain http where the
 * API itself is the sandbox on this machine.
 */
export function isStorageAddress(address: unknown, baseUrl: string): address is string {
	if (typeof address !== 'string' || !URL.canParse(address)) return false;
	const url = new URL(address);
	if (hasLogin(url)) return false;
	return url.protocol === 'https:' || (isThisMachine(url) && isThisMachine(new URL(baseUrl)));
}

const hasLogin = ({ username, password }: URL): boolean => username !== '' || password !== '';

/** Plain http that does not leave this machine. */
const isThisMachine = ({ protocol, hostname }: URL): boolean =>
	protocol === 'http:' && LOOPBACK.test(hostname);
