import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';

/**
 * How long n8n waits for the files of this pack when it starts: `require` of each, in a fresh process in which
 * n8n-workflow is loaded already, as it is in n8n. Ends with 1 when it is more than the limit.
 */
const LIMIT_MS = 60;
const RUNS = 9;

const root = resolve(__dirname, '..');
const program = `
	require('n8n-workflow');
	const { n8n } = require(${JSON.stringify(join(root, 'package.json'))});
	const start = process.hrtime.bigint();
	for (const file of [...n8n.nodes, ...n8n.credentials]) require(require('path').join(${JSON.stringify(root)}, file));
	console.log(Number(process.hrtime.bigint() - start) / 1e6);
`;

const times = Array.from({ length: RUNS }, () =>
	Number(execFileSync(process.execPath, ['-e', program], { cwd: root, encoding: 'utf8' })),
).sort((one, other) => one - other);
const median = times[Math.floor(RUNS / 2)]!;
console.log(
	`require of the packed files: median ${median.toFixed(1)} ms of ${RUNS} runs (${times[0]!.toFixed(1)} to ${times.at(-1)!.toFixed(1)} ms), limit ${LIMIT_MS} ms`,
);
process.exitCode = median > LIMIT_MS ? 1 : 0;
