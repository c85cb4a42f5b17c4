/** @type {import('jest').Config} */
module.exports = {
	...require('./jest.config.js'),
	testMatch: ['<rootDir>/test/e2e/**/*.e2e.cts'],
	globalSetup: '<rootDir>/test/e2e/jest/setUp.cts',
	globalTeardown: '<rootDir>/test/e2e/jest/tearDown.cts',
	reporters: ['default', '<rootDir>/test/e2e/jest/logReporter.js'],
	// All suites share one n8n, and one browser at a time is enough for a small machine.
	maxWorkers: 1,
	// A hang ends here; a busy machine does not.
	testTimeout: 300_000,
};
