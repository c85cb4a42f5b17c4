/** The chaos run: minutes long, and so not part of `npm test`. */
/** @type {import('jest').Config} */
module.exports = {
	...require('./jest.config.js'),
	testMatch: ['<rootDir>/test/chaos/**/*.chaos.cts'],
	// Each measures what its own process takes.
	maxWorkers: 1,
	testTimeout: 15 * 60_000,
};
