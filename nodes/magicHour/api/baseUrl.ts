import { Problem } from '../problem';

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
	if (!isPlain || !(url.protocol === 'https:' || isPlainOnThisMachine(url))) {
		throw new Problem('The Base URL of the Magic Hour credential cannot be used', {
			description:
				'It has to be an https address without user name or query, such as https://api.magichour.ai. Plain http is taken for this machine only (the sandbox).',
		});
	}
	return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

const hasLogin = ({ username, password }: URL): boolean => username !== '' || password !== '';

/** Whether it is plain http that does not leave this machine. */
export const isPlainOnThisMachine = ({ protocol, hostname }: URL): boolean =>
	protocol === 'http:' && LOOPBACK.test(hostname);
