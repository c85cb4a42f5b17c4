const { default: Sequencer } = require('@jest/test-sequencer');

/** Files whose tests wait for tens of seconds. Begun last, each would keep everybody waiting. */
const SLOWEST = [
	'engine/limitedCreations',
	'start/start',
	'engine/bounds',
	'engine/safety',
	'engine/rateLimits',
	'fuzz/unbounded',
];

/** @param {{ path: string }} test */
const rank = ({ path }) => {
	const place = SLOWEST.findIndex((file) => path.endsWith(`/${file}.test.cts`));
	return place < 0 ? SLOWEST.length : place;
};

module.exports = class SlowestFirst extends Sequencer {
	sort(tests) {
		return super.sort(tests).sort((one, other) => rank(one) - rank(other));
	}
};
