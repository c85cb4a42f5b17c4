/** A pinned n8n and what it takes to install it from npm alone. */
export interface N8nVersion {
	/** The n8n release under test. */
	n8n: string;
	/** The Node it runs on; taken from npm when the one at hand has another major. */
	node: string;
	/** npm overrides without which this release does not install. */
	overrides: Record<string, string>;
	/** Environment variables that only this release needs. */
	env: Record<string, string>;
}

/** The n8n releases the pack is proven in: the newest one, and the last 1.x that many still run. */
export const n8nVersions = {
	'2.x': {
		n8n: '2.40.7',
		node: '24.21.0',
		overrides: { linkedom: '0.18.12' },
		// This module fetches a list from n8n's servers at every start.
		env: { N8N_DISABLED_MODULES: 'mcp-registry' },
	},
	'1.x': {
		n8n: '1.123.81',
		node: '20.20.2',
		// n8n 1.x takes xlsx from a CDN of its maker; the npm registry has this one.
		overrides: { linkedom: '0.18.12', xlsx: '0.18.5' },
		// Its other expression engine needs isolated-vm, which has no build for Node 20.
		env: { N8N_EXPRESSION_ENGINE: 'legacy' },
	},
} satisfies Record<string, N8nVersion>;

/** `2.x` or `1.x`. */
export type N8nTarget = keyof typeof n8nVersions;

/** The target chosen by `N8N_E2E_TARGET`; the newest n8n when nothing is chosen. */
export function chosenTarget(): N8nTarget {
	const name = process.env.N8N_E2E_TARGET ?? '2.x';
	if (name in n8nVersions) return name as N8nTarget;
	throw new Error(
		`N8N_E2E_TARGET is "${name}", but must be one of: ${Object.keys(n8nVersions).join(', ')}.`,
	);
}
