// Loaded into n8n before its own code. Its standard input is a pipe to the process that started it, and the
// system closes that pipe however that process ends: no n8n outlives the tests it was started for.
process.stdin
	.once('end', () => {
		process.kill(process.pid, 'SIGTERM');
		setTimeout(() => process.kill(process.pid, 'SIGKILL'), 10_000).unref();
	})
	.resume()
	.unref();
