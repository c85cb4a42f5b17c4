const { availableParallelism } = require('node:os');

// n8n logs every error that a workflow ends with, and here most of them are meant to.
process.env.N8N_LOG_LEVEL ??= 'silent';

/** @type {import('jest').Config} */
module.exports = {
	testEnvironment: 'node',
	testMatch: ['<rootDir>/test/**/*.test.cts'],
	moduleFileExtensions: ['cts', 'ts', 'js', 'cjs', 'json', 'node'],
	transform: {
		'^.+\\.c?ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }],
	},
	// The tests wait for timers and answers more than they compute: so many side by side keep two cores busy.
	maxWorkers: Math.max(6, availableParallelism()),
	testTimeout: 30_000,
	testSequencer: '<rootDir>/test/support/slowestFirst.cjs',
};
