import fc from 'fast-check';

import type { VideoProject } from '../../../nodes/magicHour/api/contract.ts';
import { resultFileName, resultMimeType } from '../../../nodes/magicHour/files/resultFile.ts';

const URL_ = 'https://storage.example/a/output.mp4?signature=x';
const nameOf = (name: unknown, index = 0, url = URL_, id = 'cm1') =>
	resultFileName({ id, name } as VideoProject, index, url);

describe('the file name of a result', () => {
	it('is what people called the project, with a number from the second on', () => {
		expect(nameOf('Ada says hello')).toBe('Ada says hello.mp4');
		expect(nameOf('Ada says hello', 1)).toBe('Ada says hello-2.mp4');
	});

	it.each([null, '', '  ', '\t"/\\"\n', 7])('is the id when the name is %j', (name) => {
		expect(nameOf(name)).toBe('cm1.mp4');
	});

	it('has an extension of the address', () => {
		expect(nameOf('a', 0, 'https://storage.example/x.WEBM')).toBe('a.webm');
		expect(nameOf('a', 0, 'https://storage.example/x."\t<')).toBe('a.mp4');
		expect(nameOf('a', 0, `https://storage.example/x.${'y'.repeat(500)}`)).toBe('a.mp4');
	});

	it('can stand in n8n, in a header and in a file system, whatever the API says', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary' }), fc.string(), (name, id) => {
				const file = nameOf(name, 0, URL_, id);
				expect(file).not.toMatch(/[\p{C}\\/:*?"<>|]/u);
				expect(file).toMatch(/^\S.*\.mp4$/);
				expect([...file].length).toBeLessThanOrEqual(104);
			}),
		);
		expect([...nameOf('😀'.repeat(300))].length).toBe(104);
	});
});

describe('the MIME type of a result', () => {
	it.each([
		['video/mp4', 'video/mp4'],
		['Video/WebM; codecs="vp9"', 'video/webm'],
		['application/octet-stream', 'application/octet-stream'],
		[undefined, 'video/mp4'],
		['', 'video/mp4'],
		['video', 'video/mp4'],
		['video/"mp4"', 'video/mp4'],
		['video/mp4\tx', 'video/mp4'],
		[`video/${'x'.repeat(500)}`, 'video/mp4'],
	])('of the header %j is %s', (header, type) => {
		expect(resultMimeType(header)).toBe(type);
	});
});
