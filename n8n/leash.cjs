const { isMainThread } = require('node:worker_threads');

// Loaded into n8n before its own code. Its standard input is a pipe to the process that started it, and the
// system closes that pipe however that process ends: no n8n outlives the tests it was started for. The threads
// and processes that n8n starts load this too, and have no such pipe.
if (isMainThread && process.ppid === Number(process.env.N8N_E2E_PARENT)) {
	process.stdin
		.once('end', () => {
			process.kill(process.pid, 'SIGTERM');
			setTimeout(() => process.kill(process.pid, 'SIGKILL'), 10_000).unref();
		})
		.resume()
		.unref();
}
