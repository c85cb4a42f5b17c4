import fc from 'fast-check';

import { EngineBed, type Item, VIDEO, workflowOf } from '../engine/engineBed.cts';
import { tryCases, unfair } from './fair.cts';

/** Whatever a node before this one has put into a binary field. */

const KEY = 'mh-fuzz-0123456789';

const NAMES = fc.oneof(
	fc.constantFrom(
		...[
			'../../etc/passwd.mp4',
			'a\nb.mp4',
			'a\r\nx-evil: 1.mp4',
			'voice\u202e3pm.exe',
			'mp4',
			'.mp4',
		],
		...['', ' ', 'no extension', 'C:\\films\\a.mp4', 'a.mp4\0.exe', '__proto__', 'x'.repeat(1e5)],
	),
	fc.string({ unit: 'binary' }),
);
const TYPES = fc.constantFrom(
	...[
		'video/mp4',
		'VIDEO/MP4; codecs="avc1"',
		'text/html',
		'',
		' ',
		'video',
		'/',
		'video/mp4\r\nx: y',
	],
	...['vidéo/mp4', 'video/\u202emp4', 'x'.repeat(1e5), 'application/octet-stream'],
);
const ANYTHING = fc.constantFrom<unknown>(null, 0, 1, -1, 1e12, true, [], {}, 'x', ['mp4'], {
	a: 1,
});

const FIELD = fc.record(
	{
		data: fc.oneof(fc.constant(VIDEO.toString('base64')), fc.constantFrom('', '!', 'AA'), ANYTHING),
		fileName: fc.oneof(NAMES, ANYTHING),
		fileExtension: fc.oneof(fc.constant('mp4'), NAMES, ANYTHING),
		mimeType: fc.oneof(TYPES, ANYTHING),
		bytes: ANYTHING,
		fileSize: ANYTHING,
		id: fc.oneof(
			{ weight: 3, arbitrary: fc.constant(undefined) },
			fc.constantFrom('', 'filesystem:../../../etc/passwd', 'filesystem-v2:gone', 's3:x', 'x'),
			ANYTHING,
		),
	},
	{ requiredKeys: ['data'] },
);

describe('a hostile binary field', () => {
	let bed: EngineBed;
	beforeAll(async () => (bed = await EngineBed.start({ apiKey: KEY })));
	afterAll(async () => await bed.stop());

	it('is uploaded, or refused in a sentence', async () => {
		const cases = fc.record({
			field: fc.oneof({ weight: 9, arbitrary: FIELD }, ANYTHING),
			name: fc.constantFrom('data', '__proto__', 'constructor', 'a.b', '\u202e'),
			fileType: fc.constantFrom('video', 'audio', 'image'),
		});
		await tryCases(cases, async ({ field, name, fileType }) => {
			const binary = Object.fromEntries([[name, field]]) as Item['binary'];
			const ran = await bed.run(
				workflowOf([{ json: {}, binary }], {
					resource: 'file',
					operation: 'upload',
					fileType,
					file: name,
				}),
			);
			const wrong = unfair(ran, 1, KEY);
			if (ran.error !== undefined && !ran.error.message.includes(`“${name}”`)) {
				wrong.push(`it does not name the field: ${ran.error.message}`);
			}
			return wrong;
		});
	}, 600_000);
});
