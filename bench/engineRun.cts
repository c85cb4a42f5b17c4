import { Engine, type WorkflowJson } from '../engine/engine.cts';

/**
 * The measured process: runs one workflow in n8n's engine and reports its own peak memory as the last line.
 * It gets `{ workflow, credential }` as JSON in its first argument.
 */
async function main(): Promise<void> {
	const { workflow, credential } = JSON.parse(process.argv[2]!) as {
		workflow: WorkflowJson;
		credential: { apiKey: string; baseUrl: string };
	};
	const engine = await Engine.start();
	try {
		const { data } = await engine.run(workflow, { credentials: { magicHourApi: credential } });
		if (data.resultData.error) throw data.resultData.error;
	} finally {
		await engine.stop();
	}
	// Kilobytes on every system, whatever getrusage counts in.
	console.log(JSON.stringify({ peakBytes: process.resourceUsage().maxRSS * 1024 }));
}

main().catch((error) => {
	console.error(error);
	process.exitCode = 1;
});
