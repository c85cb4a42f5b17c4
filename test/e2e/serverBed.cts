import { startSandbox, type Sandbox, type SandboxOptions } from '../../sandbox/index.cts';
import { currentRun, type Run } from './jest/run.cts';
import { N8nApi, type StoredCredential } from '../../n8n/rest.cts';
import { createSandboxCredential } from '../../n8n/sandboxCredential.cts';
import { url } from '../support/sources.cts';

/** The n8n under test, and a sandbox with a credential for it. */
export interface ServerBed {
	run: Run;
	api: N8nApi;
	sandbox: Sandbox;
	/** To be spread into a node: `{ credentials }`. */
	credentials: { magicHourApi: StoredCredential };
}

/** Gives a suite n8n and a sandbox of its own, which is as new before each test. */
export function useServerBed(options: SandboxOptions = {}): ServerBed {
	const bed = {} as ServerBed;
	beforeAll(async () => {
		const run = currentRun();
		const api = new N8nApi(run.url);
		await api.login();
		const sandbox = await startSandbox({ queueSeconds: 0.1, renderSeconds: 0.3, ...options });
		const magicHourApi = await createSandboxCredential(api, sandbox);
		Object.assign(bed, { run, api, sandbox, credentials: { magicHourApi } });
	});
	beforeEach(() => bed.sandbox.reset());
	afterAll(async () => await bed.sandbox?.close());
	return bed;
}

/** A job of files that are on the web already, awaited: the shortest way to a finished video. */
export const awaitedJob = {
	audio: url('https://example.com/voice-over.mp3'),
	video: url('https://example.com/talking-head.mp4'),
	clipEnd: 'seconds',
	endSeconds: 2,
	output: 'videoUrl',
	options: { pollInterval: 0.1 },
};

/** The same, named after the person that its item is about. */
export const personalJob = {
	...awaitedJob,
	options: { ...awaitedJob.options, name: '={{ $json.person }}' },
};
