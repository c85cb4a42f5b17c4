const { readFileSync } = require('node:fs');

/** After a failed run, shows where n8n's log is and how it ends. */
module.exports = class LogReporter {
	onRunComplete(_contexts, results) {
		const run = process.env.N8N_E2E_RUN;
		const failures = results.numFailedTests + results.numRuntimeErrorTestSuites;
		if (!run || failures === 0) return;
		const { log } = JSON.parse(run);
		const lines = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-60);
		process.stderr.write(`\nThe end of n8n's log, ${log}:\n${lines.join('\n')}\n`);
	}
};
