const { existsSync, readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

/** After a failed run, shows where the logs of n8n's processes are and how each ends. */
module.exports = class LogReporter {
	onRunComplete(_contexts, results) {
		const folder = process.env.N8N_QUEUE_FOLDER;
		const failures = results.numFailedTests + results.numRuntimeErrorTestSuites;
		if (failures === 0 || !existsSync(folder)) return;
		for (const name of readdirSync(folder)) {
			const log = join(folder, name, 'n8n.log');
			if (!existsSync(log)) continue;
			const lines = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-40);
			process.stderr.write(`\nThe end of ${log}:\n${lines.join('\n')}\n`);
		}
	}
};
