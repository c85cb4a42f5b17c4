import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { VIDEO_EVENTS, type VideoProject } from '../magicHour/api/contract';
import { projectOutput } from '../magicHour/jobs/project';
import { readDelivery } from './delivery';
import { DeliveryMemory } from './deliveryMemory';
import { wantedProjectTypes } from './properties';
import { isGenuine, readSignedRequest } from './signature';

const DEFAULT_TOLERANCE_SECONDS = 300;

/**
 * One delivery's way in: headers, signature, content, subscription, memory, execution.
 * A `401` says nothing but that. Every signed event gets a `2xx`, so that the vendor does not send it again,
 * whether it started the workflow or not; the one exception is an event whose execution may still fail to
 * start, which gets a `503`, so that the vendor does come again.
 */
export async function receive(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const tolerance = toleranceSeconds(context);
	const request = readSignedRequest(
		context.getRequestObject(),
		tolerance,
		Math.floor(Date.now() / 1000),
	);
	if (!request || !isGenuine(request, await signingSecret(context))) return refuse(context);
	const delivery = readDelivery(request.rawBody);
	if (!delivery) return refuse(context);

	const { event, project } = delivery;
	if (!subscribedEvents(context).includes(event)) return ignore('not subscribed to this event');
	if (!project) {
		context.logger.warn(`Magic Hour sent a ${event} event without a project: it was ignored`);
		return ignore('no project in it');
	}
	if (!isOfWantedType(context, event, project)) return ignore('not a wanted type of project');
	const items = [[{ json: { ...projectOutput(project), event } }]];
	// While a person listens for a test event, the same event may be sent again.
	if (context.getMode() === 'manual') return { workflowData: items };

	const memory = new DeliveryMemory(
		context.getWorkflowStaticData('global'),
		String(context.getWorkflow().id),
		context.getNode(),
		{ event, projectId: project.id },
	);
	const { state } = memory;
	if (state === 'started') return ignore('received before');
	if (state === 'starting') return comeAgain(context);
	if (request.ageSeconds > tolerance) {
		context.logger.warn(
			`Magic Hour's ${event} event of ${project.id} came ${request.ageSeconds} seconds after it was signed; it starts the workflow all the same`,
		);
	}
	noteAnswer(context, memory);
	return {
		workflowData: items,
		// n8n 2.x reads the answer once it has started the execution, n8n 1.x just before, and both save the static
		// data after that. What was written before does not count any more in n8n 2.40: it makes a second workflow
		// of the same object.
		get webhookResponse() {
			memory.noteStarted();
			return { message: 'Workflow was started' };
		},
	};
}

function refuse(context: IWebhookFunctions): IWebhookResponseData {
	context.getResponseObject().status(401).send('Unauthorized');
	return { noWebhookResponse: true };
}

/** For a delivery that arrives while n8n is still busy starting the execution for it. */
function comeAgain(context: IWebhookFunctions): IWebhookResponseData {
	context.getResponseObject().status(503).send('Not started yet');
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
		context.logger.warn(
			'Magic Hour Lip Sync Trigger refuses all deliveries: its credential cannot be read',
		);
		return '';
	}
}

function toleranceSeconds(context: IWebhookFunctions): number {
	return Number(context.getNodeParameter('options.toleranceSeconds', DEFAULT_TOLERANCE_SECONDS));
}

function subscribedEvents(context: IWebhookFunctions): string[] {
	return context.getNodeParameter('events') as string[];
}

/** Image and audio projects have types of their own, of which this node lists none. */
function isOfWantedType(context: IWebhookFunctions, event: string, project: VideoProject): boolean {
	if (!(VIDEO_EVENTS as readonly string[]).includes(event)) return true;
	const wanted = wantedProjectTypes(context);
	return wanted.length === 0 || wanted.includes(project.type);
}

/** Where n8n answers with an error, it could not start the execution: the vendor's next try may. */
function noteAnswer(context: IWebhookFunctions, memory: DeliveryMemory): void {
	const response = context.getResponseObject();
	memory.noteStarting(response);
	response.once('finish', () => {
		if (response.statusCode >= 300) memory.noteNotStarted();
	});
}
