import { setMaxListeners } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

import { accountWith } from './account.cts';
import { api } from './api.cts';
import { control } from './control.cts';
import { Faults } from './faults.cts';
import { JobRegistry } from './jobRegistry.cts';
import { changed, DEFAULT_PLAN } from './jobs.cts';
import { Line } from './line.cts';
import { application, listen, listenAgain } from './server.cts';
import { RateGate } from './rateLimit.cts';
import { AddressSigner } from './signedAddress.cts';
import { storage } from './storage.cts';
import type { RecordedRequest, Sandbox, SandboxOptions } from './types.cts';
import { Uploads } from './uploads.cts';
import { Webhooks } from './webhooks.cts';

/**
 * Starts a stand-in for Magic Hour's API on 127.0.0.1. Any number of them can run side by side.
 * @throws Error when the port is taken (EADDRINUSE), or the webhook's address is not on this machine
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
	const { port = 0, apiKey = 'sandbox-key', credits = 1_000_000, tier = 'creator' } = options;
	const log = (line: string) => options.onLog?.(`sandbox ${line}`);
	const webhooks = options.webhook && new Webhooks(options.webhook, log);

	const server = createServer();
	// A client's kept connection is not cut between two requests, unless that is wanted.
	server.keepAliveTimeout = (options.keepAliveSeconds ?? 60) * 1000;
	const url = await listen(server, port);
	const signer = new AddressSigner(url);
	const uploads = new Uploads(signer, options.uploadValiditySeconds ?? 60 * 60);
	const { queueSeconds, renderSeconds } = options;
	const plan = changed(DEFAULT_PLAN, { queueSeconds, renderSeconds });
	const registry = new JobRegistry(signer, plan, options.script ?? (() => ({})));
	const { storageBytesPerSecond } = options;
	const line = storageBytesPerSecond === undefined ? undefined : new Line(storageBytesPerSecond);
	const faults = new Faults();
	const rate = new RateGate();
	rate.set(options.rateLimit);
	const requests: RecordedRequest[] = [];
	const closed = new AbortController();
	// Each delayed answer listens to it, and there may be any number of them.
	setMaxListeners(0, closed.signal);
	const account = () => accountWith(tier, credits - registry.spent);

	const sandbox: Sandbox = {
		url,
		apiKey,
		jobs: registry.jobs,
		requests,
		uploads: uploads.stored,
		get account() {
			return account();
		},
		fail: (fault) => faults.add(fault),
		failBy: (choice) => {
			faults.choice = choice;
		},
		clearFaults: () => faults.clear(),
		limitRate: (limit) => rate.set(limit),
		setScript: (script) => {
			registry.script = script;
		},
		requestsTo: (endpoint) => requests.filter((request) => request.endpoint === endpoint),
		finish: (id, change = {}) => {
			const job = registry.finish(id, change);
			webhooks?.watch(job);
		},
		reset: () => {
			webhooks?.stop();
			signer.revokeAll();
			registry.clear();
			uploads.clear();
			faults.clear();
			rate.reset();
			requests.length = 0;
		},
		restart: async (downSeconds = 0) => {
			const down = new Promise((resolve) => server.close(resolve));
			server.closeAllConnections();
			await down;
			await pause(downSeconds * 1000);
			if (!closed.signal.aborted) await listenAgain(server, Number(new URL(url).port));
		},
		close: async () => {
			closed.abort();
			webhooks?.stop();
			server.closeAllConnections();
			if (server.listening) await new Promise((resolve) => server.close(resolve));
		},
	};

	server.on(
		'request',
		application({
			handles: {
				...api({
					apiKey,
					jobs: registry,
					uploads,
					account,
					onCreated: (job) => webhooks?.watch(job),
					deprecatedFields: options.deprecatedFields ?? false,
				}),
				...storage({ signer, jobs: registry, uploads, line }),
			},
			faults,
			rate,
			requests,
			control: control(sandbox, () => faults.pending),
			closed: closed.signal,
			line,
			log,
		}),
	);
	return sandbox;
}
