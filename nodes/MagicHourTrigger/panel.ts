import type { TriggerPanelDefinition } from 'n8n-workflow';

const paste =
	'Paste it in the <a href="https://magichour.ai/developer?tab=webhooks" target="_blank">Magic Hour Developer Hub</a>: choose <b>Create webhook</b>, tick the events, paste the URL, then copy the signing secret into the credential of this node.';

/** What the editor shows beside the trigger before its first event. */
export const triggerPanel: TriggerPanelDefinition = {
	header: 'Wait for a Magic Hour event',
	executionsHelp: {
		inactive: `<b>While you build</b>, use the <b>test URL</b>. ${paste} Then click the 'listen' button and create a project in Magic Hour: its event shows up in the editor.<br /><br /><b>When the workflow is finished</b>, publish it and put the <b>production URL</b> in the Developer Hub. These executions show up in the executions list, but not in the editor.`,
		active: `<b>While you build</b>, use the <b>test URL</b>. ${paste} Then click the 'listen' button and create a project in Magic Hour: its event shows up in the editor.<br /><br /><b>This workflow is published</b>: events sent to the <b>production URL</b> start it, and show up in the <a data-key="executions">executions list</a>, but not in the editor.`,
	},
	activationHint:
		'Once the workflow is finished, publish it and put the production URL in the Magic Hour Developer Hub in place of the test URL.',
};
