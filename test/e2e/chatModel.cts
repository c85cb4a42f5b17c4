import express from 'express';
import { listen, type Service } from '../../n8n/listen.cts';

/** A tool call the stand-in makes: which tool, with which arguments. */
export interface ToolCall {
	/** Picks the tool by a part of its name, as n8n derives the whole name from the node's name. */
	tool: string;
	arguments: Record<string, unknown>;
}

/** What the agent sent in one turn. */
export interface ChatRequest {
	model: string;
	messages: Array<{ role: string; content: unknown }>;
	tools?: Array<{ function: { name: string; description: string; parameters: unknown } }>;
}

/** A running stand-in for a chat model. */
export interface ChatModel extends Service {
	/** The base URL for n8n's OpenAI credential. */
	url: string;
	requests: ChatRequest[];
	/** Lets it refuse its next answers to what a tool has said, so many times. */
	failAfterTool: (times: number) => void;
}

/**
 * A chat model that speaks OpenAI's API and knows one thing: to call the given tool once, and to
 * end with the tool's answer as its own words.
 */
export async function startChatModel(call: ToolCall): Promise<ChatModel> {
	const requests: ChatRequest[] = [];
	let refusals = 0;
	const app = express().use(express.json({ limit: '10mb' }));
	app.get('/v1/models', (_request, response) => {
		response.json({ object: 'list', data: [{ id: 'stand-in', object: 'model' }] });
	});
	app.post('/v1/chat/completions', (request, response) => {
		const chat = request.body as ChatRequest;
		requests.push(chat);
		if (refusals > 0 && chat.messages.at(-1)?.role === 'tool') {
			refusals--;
			response.status(400).json({ error: { message: 'The model cannot go on', code: 'refused' } });
			return;
		}
		response.json(completion(chat.model, nextMessage(chat, call)));
	});
	const service = await listen(app);
	const failAfterTool = (times: number) => {
		refusals = times;
	};
	return { ...service, url: `${service.url}/v1`, requests, failAfterTool };
}

interface Message {
	role: 'assistant';
	content: string | null;
	tool_calls?: Array<{
		index: number;
		id: string;
		type: 'function';
		function: { name: string; arguments: string };
	}>;
}

function nextMessage(chat: ChatRequest, call: ToolCall): Message {
	const last = chat.messages.at(-1);
	if (last?.role === 'tool') {
		const words = typeof last.content === 'string' ? last.content : JSON.stringify(last.content);
		return { role: 'assistant', content: words };
	}
	const tool = chat.tools?.find(({ function: { name } }) => name.includes(call.tool));
	if (!tool) return { role: 'assistant', content: `I was given no tool called ${call.tool}.` };
	const { name } = tool.function;
	const toolCall = { name, arguments: JSON.stringify(call.arguments) };
	return {
		role: 'assistant',
		content: null,
		tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: toolCall }],
	};
}

function completion(model: string, message: Message) {
	return {
		id: 'chatcmpl-1',
		object: 'chat.completion',
		created: 0,
		model,
		choices: [{ index: 0, message, finish_reason: message.tool_calls ? 'tool_calls' : 'stop' }],
		usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
	};
}
