import { startSandbox, type Sandbox, type SandboxOptions } from '../../sandbox/index.cts';
import { currentRun, type Run } from './jest/run.cts';
import { N8nApi, type StoredCredential } from './n8n/rest.cts';

/** The n8n under test, and a sandbox with a credential for it. */
export interface TestBed {
	run: Run;
	api: N8nApi;
	sandbox: Sandbox;
	/** To be spread into a node: `{ credentials }`. */
	credentials: { magicHourApi: StoredCredential };
}

/** Gives a suite n8n and a sandbox of its own, which is as new before each test. */
export function useTestBed(options: SandboxOptions = {}): TestBed {
	const bed = {} as TestBed;
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

/** Makes a credential for a sandbox. */
export async function createSandboxCredential(
	api: N8nApi,
	{ apiKey, url }: Sandbox,
): Promise<StoredCredential> {
	return await api.createCredential('magicHourApi', 'Magic Hour sandbox', { apiKey, baseUrl: url });
}

/** A job of files that are on the web already, awaited: the shortest way to a finished video. */
export const awaitedJob = {
	audioFilePath: 'https://example.com/voice-over.mp3',
	videoFilePath: 'https://example.com/talking-head.mp4',
	endSeconds: 2,
	waitForCompletion: true,
	options: { pollInterval: 0.1 },
};

/** The same, named after the person that its item is about. */
export const personalJob = { ...awaitedJob, additionalFields: { name: '={{ $json.person }}' } };
