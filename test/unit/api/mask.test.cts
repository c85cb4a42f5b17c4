import fc from 'fast-check';

import { masking } from '../../../nodes/magicHour/api/mask.ts';

const KEY = 'mhk_live_4rT9xQ2vLw7sPz';
const mask = masking(KEY);

/** A letter as JSON may write it. */
const spelled = (letter: string) =>
	fc.constantFrom(letter, `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);

describe('the API key in what came from outside', () => {
	it('is replaced in texts, lists, and names and values of objects', () => {
		const answer = { [KEY]: [`Bearer ${KEY}, ${KEY}`, { deep: [[KEY]] }], other: 1, none: null };
		expect(mask(answer)).toEqual({
			'***': ['Bearer ***, ***', { deep: [['***']] }],
			other: 1,
			none: null,
		});
	});

	it('is replaced in any case: a host name is written small', () => {
		expect(mask(`https://${KEY.toLowerCase()}.example`)).toBe('https://***.example');
	});

	it('is replaced however its letters were written in JSON', () => {
		const written = fc.tuple(...[...KEY].map(spelled)).map((letters) => letters.join(''));
		fc.assert(
			fc.property(written, (text) => {
				expect(mask(JSON.parse(`{"message":"no ${text}!"}`))).toEqual({ message: 'no ***!' });
			}),
		);
	});

	it('means its letters, not a pattern', () => {
		const odd = masking('a.c+(d)[e]\\f$');
		expect(odd('a.c+(d)[e]\\f$ and abcc(d)[e]\\f$')).toBe('*** and abcc(d)[e]\\f$');
	});

	it('leaves everything else as it is', () => {
		fc.assert(fc.property(fc.jsonValue(), (value) => expect(mask(value)).toEqual(value)));
	});

	it('that is too short to be one is left: it could be part of anything', () => {
		expect(masking('mhk')('mhk_live')).toBe('mhk_live');
	});
});
