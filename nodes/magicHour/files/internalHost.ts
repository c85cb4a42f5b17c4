/**
 * Whether a host name is an address, or a name, that never leaves this machine or its network: loopback, private,
 * link-local (where clouds keep their secrets), multicast and reserved ones (IANA's special-purpose registries).
 * What a name resolves to is not looked at: that is n8n's own protection against request forgery.
 * @param hostname as a URL parser gives it: it writes every form of an IPv4 address, decimal or hex, with dots
 */
export function isInternalHost(hostname: string): boolean {
	const name = hostname.replace(/\.$/, '');
	if (name === 'localhost' || name.endsWith('.localhost')) return true;
	if (/^\d+(\.\d+){3}$/.test(name)) return isInternalIpv4(name.split('.').map(Number));
	return name.startsWith('[') && isInternalIpv6(ipv6Groups(name.slice(1, -1)));
}

function isInternalIpv4([a = 0, b = 0, c = 0]: number[]): boolean {
	return (
		[0, 10, 127].includes(a) ||
		(a === 100 && b >= 64 && b < 128) ||
		(a === 169 && b === 254) ||
		(a === 172 && b >= 16 && b < 32) ||
		(a === 192 && (b === 168 || (b === 0 && c === 0))) ||
		(a === 198 && (b === 18 || b === 19)) ||
		a >= 224
	);
}

/** An IPv6 address in eight numbers. */
function ipv6Groups(text: string): number[] {
	const [head = [], tail = []] = text
		.split('::')
		.map((part) => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16))));
	return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function isInternalIpv6(groups: number[]): boolean {
	const [first = 0, second = 0, third = 0] = groups;
	const ipv4At = (index: number) =>
		groups.slice(index, index + 2).flatMap((group) => [group >> 8, group & 255]);
	const startsWithZeros = groups.slice(0, 5).every((group) => group === 0);
	// Addresses of IPv4 in IPv6: compatible (with :: and ::1 among them), mapped, translated, 6to4.
	if (startsWithZeros && (groups[5] === 0 || groups[5] === 0xffff)) {
		return isInternalIpv4(ipv4At(6));
	}
	if (first === 0x64 && second === 0xff9b) return third === 1 || isInternalIpv4(ipv4At(6));
	if (first === 0x2002) return isInternalIpv4(ipv4At(1));
	// Private, link-local, site-local, multicast.
	return (first & 0xfe00) === 0xfc00 || first >= 0xfe80;
}
