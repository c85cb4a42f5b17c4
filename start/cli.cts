import { constants } from 'node:os';

import { optionsFrom } from './options.cts';
import { Failure } from './outcome.cts';
import { pathInWords, tableOf } from './results.cts';
import { start } from './start.cts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

async function main(): Promise<void> {
	const options = optionsFrom(process.argv, process.env.MAGIC_HOUR_API_KEY);
	const stop = new AbortController();
	let exitCode = 1;
	for (const signal of SIGNALS) {
		// Once: whoever is not content with the end of the execution ends the process by a second one.
		process.once(signal, () => {
			exitCode = 128 + constants.signals[signal];
			stop.abort();
		});
	}
	try {
		console.log(tableOf(await start(options, stop.signal)));
		console.log(`The results are in ${pathInWords(options.output)}`);
		console.log('The same workflow in the editor: npm run dev');
	} catch (error) {
		console.error(error instanceof Failure ? error.message : error);
		if (options.apiKey !== undefined) {
			console.error('The credential is made of MAGIC_HOUR_API_KEY and --base-url here.');
		}
		process.exitCode = exitCode;
	}
}

void main();
