import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import type { VideoProject } from '../magicHour/api.types';
import { projectOutput } from '../magicHour/project';
import { readDelivery } from './delivery';
import { forget, keep, remember } from './replayMemory';
import { isGenuine } from './signature';

const DEFAULT_TOLERANCE_SECONDS = 300;

/**
 * One delivery's way in: signature, content, subscription, memory, execution.
 * A `401` says nothing but that; every signed event gets a `2xx`, so that the vendor does not send it
 * again, whether it started the workflow or not.
 */
export async function receive(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const { headers, rawBody } = context.getRequestObject();
	const genuine = isGenuine(
		{ headers, rawBody },
		{
			secret: await signingSecret(context),
			toleranceSeconds: toleranceSeconds(context),
			nowSeconds: Math.floor(Date.now() / 1000),
		},
	);
	const delivery = genuine ? readDelivery(rawBody) : undefined;
	if (!delivery) return refuse(context);

	const { event, project } = delivery;
	if (!subscribedEvents(context).includes(event)) return ignore('not subscribed to this event');
	if (!project) return refuse(context);
	if (!isOfWantedType(context, project)) return ignore('not a wanted type of project');
	const items = [[{ json: { event, ...projectOutput(project) } }]];
	// While a person listens for a test event, the same event may be sent again.
	if (context.getMode() === 'manual') return { workflowData: items };

	const memory = context.getWorkflowStaticData('node');
	if (!remember(memory, event, project.id)) return ignore('received before');
	forgetUnlessStarted(context, () => forget(memory, event, project.id));
	return {
		workflowData: items,
		// n8n reads the answer once it has started the execution, and then saves the static data. What was
		// written before does not count any more in n8n 2.40: it makes a second workflow of the same object.
		get webhookResponse() {
			keep(memory);
			return { message: 'Workflow was started' };
		},
	};
}

function refuse(context: IWebhookFunctions): IWebhookResponseData {
	context.getResponseObject().status(401).send('Unauthorized');
	return { noWebhookResponse: true };
}

function ignore(reason: string): IWebhookResponseData {
	return { webhookResponse: { message: `Ignored: ${reason}` } };
}

/**
 * Empty, which verifies nothing, where the credential cannot be read: an error thrown here would
 * make n8n store a failed execution for every stranger's request.
 */
async function signingSecret(context: IWebhookFunctions): Promise<string> {
	try {
		const { signingSecret } = await context.getCredentials('magicHourWebhookApi');
		return String(signingSecret ?? '');
	} catch {
		context.logger.warn('Magic Hour Trigger refuses all deliveries: its credential cannot be read');
		return '';
	}
}

function toleranceSeconds(context: IWebhookFunctions): number {
	return Number(context.getNodeParameter('options.toleranceSeconds', DEFAULT_TOLERANCE_SECONDS));
}

function subscribedEvents(context: IWebhookFunctions): string[] {
	return context.getNodeParameter('events') as string[];
}

function isOfWantedType(context: IWebhookFunctions, project: VideoProject): boolean {
	const wanted = context.getNodeParameter('projectTypes') as string[];
	return wanted.length === 0 || wanted.includes(project.type);
}

/** n8n answers with an error where it could not start the execution: the vendor will try again. */
function forgetUnlessStarted(context: IWebhookFunctions, forgetIt: () => void): void {
	const response = context.getResponseObject();
	response.once('finish', () => {
		if (response.statusCode >= 300) forgetIt();
	});
}
