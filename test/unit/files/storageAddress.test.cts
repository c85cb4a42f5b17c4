import { isStorageAddress } from '../../../nodes/magicHour/files/storageAddress.ts';

const API = 'https://api.magichour.ai';
const SANDBOX = 'http://127.0.0.1:8787';

describe('an address for files', () => {
	it.each([
		'https://storage.googleapis.com/magichour/film.mp4?X-Signature=abc',
		'https://93.184.215.14/film.mp4',
		'https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/film.mp4',
		'https://172.32.0.1/film.mp4',
		'https://192.169.0.1/film.mp4',
		'https://100.128.0.1/film.mp4',
		'https://[64:ff9b::5db8:d70e]/film.mp4',
		'https://10.example.com/film.mp4',
		'https://localhost.example.com/film.mp4',
	])('can be %s', (address) => {
		expect(isStorageAddress(address, API)).toBe(true);
	});

	const INTERNAL = [
		...['127.0.0.1', '127.1', '2130706433', '0x7f000001', '0x7f.1', '017700000001', '127.255.0.9'],
		...['0.0.0.0', '0', '10.0.0.5', '172.16.0.1', '172.31.255.255', '192.168.1.1', '192.0.0.8'],
		...['169.254.169.254', '2852039166', '0xa9fea9fe', '100.64.0.1', '198.18.0.1', '198.19.9.9'],
		...['224.0.0.1', '240.0.0.1', '255.255.255.255', '127.0.0.1.', 'localhost', 'LOCALHOST.'],
		...['app.localhost', '[::]', '[::1]', '[0:0:0:0:0:0:0:1]', '[::127.0.0.1]', '[fe80::1]'],
		...['[::ffff:127.0.0.1]', '[::ffff:a9fe:a9fe]', '[fc00::1]', '[fd12:3456::1]', '[febf::1]'],
		...['[fec0::1]', '[ff02::1]', '[64:ff9b::7f00:1]', '[64:ff9b:1::1]', '[2002:7f00:1::]'],
		...['[2002:c0a8:101::1]', '①②⑦.⓪.⓪.①', '127.0.0.1%2e'],
	];
	it.each(INTERNAL)('is not one of an internal host: %s', (host) => {
		expect(isStorageAddress(`https://${host}/film.mp4`, API)).toBe(false);
		expect(isStorageAddress(`http://${host}/film.mp4`, API)).toBe(false);
		expect(isStorageAddress(`https://${host}:8443/film.mp4`, SANDBOX)).toBe(
			new URL(SANDBOX).hostname === new URL(`https://${host}`).hostname,
		);
	});

	it('can be one of the API’s own host, wherever that is', () => {
		expect(isStorageAddress('https://10.0.0.5:9000/film.mp4', 'https://10.0.0.5/magic')).toBe(true);
		expect(isStorageAddress('https://10.0.0.6:9000/film.mp4', 'https://10.0.0.5/magic')).toBe(
			false,
		);
	});

	it('can be plain http where the API is the sandbox on this machine', () => {
		expect(isStorageAddress(`${SANDBOX}/film.mp4`, SANDBOX)).toBe(true);
		expect(isStorageAddress(`${SANDBOX}/film.mp4`, 'http://localhost:8787')).toBe(true);
		expect(isStorageAddress('http://169.254.169.254/latest', SANDBOX)).toBe(false);
		expect(isStorageAddress('http://storage.example/film.mp4', SANDBOX)).toBe(false);
	});

	it.each([
		undefined,
		null,
		7,
		'',
		'/film.mp4',
		'file:///etc/passwd',
		'https://',
		'https://a:b@c.de/',
	])('is not %j', (address) => {
		expect(isStorageAddress(address, API)).toBe(false);
	});
});
