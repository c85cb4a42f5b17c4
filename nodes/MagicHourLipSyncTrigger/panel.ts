import type { TriggerPanelDefinition } from 'n8n-workflow';

const whileYouBuild =
	'<b>While you build</b>, put the <b>test URL</b> into the webhook in the <a href="https://magichour.ai/developer?tab=webhooks" target="_blank">Magic Hour Developer Hub</a>. Click <b>Execute step</b>, then make a video with Magic Hour: its event shows up here.';

const nothingArrives =
	'<b>Nothing arrives?</b> Check that the signing secret is the one of this webhook, and that the same events are selected on both sides.';

/** What the editor shows beside the trigger before its first event. */
export const triggerPanel: TriggerPanelDefinition = {
	header: 'Wait for a Magic Hour event',
	executionsHelp: {
		inactive: `${whileYouBuild}<br /><br /><b>When the workflow is finished</b>, put the <b>production URL</b> there and publish the workflow. Its executions show up in the executions list, but not in the editor.<br /><br />${nothingArrives}`,
		active: `${whileYouBuild}<br /><br /><b>This workflow is published</b>: events sent to the <b>production URL</b> start it. They show up in the <a data-key="executions">executions list</a>, but not in the editor.<br /><br />${nothingArrives}`,
	},
	activationHint:
		'Publish the workflow to receive every event. Then use the production URL at Magic Hour, not the test URL.',
};
