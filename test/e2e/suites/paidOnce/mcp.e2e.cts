import axios from 'axios';
import type { INode } from 'n8n-workflow';
import { url } from '../../../support/sources.cts';
import { awaitedJob, useServerBed } from '../../serverBed.cts';
import { newPath } from '../../webhooks.cts';
import { node, workflow } from '../../workflow.cts';

/** The node as a tool of an MCP server: n8n gives its calls no execution. */

const bed = useServerBed();

/** A client of the MCP server at an address, as far as the test needs one. */
async function connect(url: string) {
	let id = 0;
	const headers: Record<string, string> = { accept: 'application/json, text/event-stream' };
	const send = async (method: string, params: object, isCall = true) => {
		const message = { jsonrpc: '2.0', method, params, ...(isCall && { id: ++id }) };
		const answer = await axios.post<string>(url, message, { headers, responseType: 'text' });
		const session = answer.headers['mcp-session-id'] as string | undefined;
		if (session !== undefined) headers['mcp-session-id'] = session;
		const json = /^(?:data: )?(\{.*\})\s*$/m.exec(answer.data)?.[1];
		return json === undefined ? undefined : (JSON.parse(json) as { result?: unknown });
	};
	await send('initialize', {
		protocolVersion: '2025-03-26',
		capabilities: {},
		clientInfo: { name: 'test', version: '1' },
	});
	await send('notifications/initialized', {}, false);
	return {
		tools: async () =>
			((await send('tools/list', {}))!.result as { tools: Array<{ name: string }> }).tools,
		call: async (name: string, args: object) =>
			JSON.stringify(await send('tools/call', { name, arguments: args })),
	};
}

describe('Under the MCP Server Trigger', () => {
	it('each call makes a job of its own, and none is taken for a killed one', async () => {
		const { api, sandbox, credentials } = bed;
		const path = newPath('mcp');
		const trigger: INode = {
			...node(
				'MCP',
				'@n8n/n8n-nodes-langchain.mcpTrigger',
				{ authentication: 'none', path },
				{ typeVersion: 2 },
			),
			webhookId: path,
		};
		const tool = node(
			'Lip Sync',
			'n8n-nodes-magic-hour.magicHourLipSyncTool',
			{
				...awaitedJob,
				audio: url("={{ $fromAI('audio', 'URL of the new audio track', 'string') }}"),
			},
			{ credentials },
		);
		const file = workflow('MCP', [trigger, tool], []);
		file.connections = {
			'Lip Sync': { ai_tool: [[{ node: 'MCP', type: 'ai_tool', index: 0 }]] },
		};
		const stored = await api.importWorkflow(file);
		await api.publish(stored);
		const client = await connect(`${api.url}/mcp/${path}`);
		const [{ name }] = (await client.tools()) as [{ name: string }];

		const answers = [];
		for (const voice of ['a', 'b', 'b']) {
			answers.push(await client.call(name, { audio: `https://example.com/${voice}.mp3` }));
		}

		expect(sandbox.jobs).toHaveLength(3);
		answers.forEach((answer, index) => expect(answer).toContain(sandbox.jobs[index]!.id));
	});
});
