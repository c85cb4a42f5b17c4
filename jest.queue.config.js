const { tmpdir } = require('node:os');
const { join } = require('node:path');

// Holds what the processes of n8n print, for the reporter.
process.env.N8N_QUEUE_FOLDER = join(tmpdir(), `n8n-queue-${process.pid}`);

/** n8n in queue mode: minutes long, with a database of its own, and so not part of `npm test`. */
/** @type {import('jest').Config} */
module.exports = {
	...require('./jest.config.js'),
	testMatch: ['<rootDir>/test/queue/**/*.queue.cts'],
	reporters: ['default', '<rootDir>/test/queue/jest/logReporter.js'],
	testTimeout: 240_000,
};
