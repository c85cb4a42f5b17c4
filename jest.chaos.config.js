/** The chaos run: minutes long, and so not part of `npm test`. */
/** @type {import('jest').Config} */
module.exports = {
	...require('./jest.config.js'),
	testMatch: ['<rootDir>/test/chaos/**/*.chaos.cts'],
	testTimeout: 15 * 60_000,
};
