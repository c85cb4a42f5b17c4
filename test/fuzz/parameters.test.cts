import fc from 'fast-check';
import { WorkflowHasIssuesError } from 'n8n-core';
import type { INode, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { WorkflowJson } from '../../engine/engine.cts';
import { EngineBed, itemWithFiles, type Ran, workflowOf } from '../engine/engineBed.cts';
import { tryCases, unfair } from './fair.cts';
import { HOSTILE_EXPRESSIONS, HOSTILE_JSON } from './hostile.cts';
import { url } from '../support/sources.cts';

/** Whatever a parameter is given, by hand, by an expression or in the JSON of a workflow. */

const KEY = 'mh-fuzz-0123456789';

/** Where n8n's own code has failed. */
const LOOK_AT_LOCATORS =
	/^\s+at (isValidResourceLocatorParameterValue|validateResourceLocatorParameter) /m;

interface Place {
	operation: INode['parameters'];
	/** The parameter, and for a collection the field in it. */
	name: string;
	field?: string;
	label: string;
}

/** Every parameter of every operation, as the built node describes itself. */
function places(properties: INodeProperties[]): Place[] {
	const operations = properties
		.filter(({ name }) => name === 'operation')
		.flatMap(({ displayOptions, options }) =>
			(options as INodePropertyOptions[]).map(({ value }) => ({
				resource: displayOptions!.show!.resource![0] as string,
				operation: value as string,
			})),
		);
	return operations.flatMap((operation) =>
		properties
			.filter(
				({ name, displayOptions }) =>
					name === 'resource' ||
					(displayOptions!.show!.resource!.includes(operation.resource) &&
						(name === 'operation' ||
							displayOptions!.show!.operation!.includes(operation.operation))),
			)
			.flatMap(({ name, displayName, type, options, displayOptions }): Place[] => {
				// Other parameters have to be such that this one is shown.
				const shown = Object.fromEntries(
					Object.entries(displayOptions?.show ?? {}).map(([other, values]) => [other, values![0]]),
				);
				const place = { operation: { ...shown, ...operation } as INode['parameters'], name };
				const fields = type === 'collection' ? (options as INodeProperties[]) : [];
				return [
					{ ...place, label: displayName },
					...fields.map((field) => ({
						...place,
						field: field.name,
						label: field.displayName.replace(' (Deprecated)', ''),
					})),
				];
			}),
	);
}

describe('a hostile parameter', () => {
	let bed: EngineBed;
	beforeAll(async () => {
		bed = await EngineBed.start({ queueSeconds: 0, renderSeconds: 0, apiKey: KEY });
	});
	afterAll(async () => await bed.stop());

	const VALID: INode['parameters'] = {
		audio: url('https://example.com/voice.mp3'),
		video: url('https://example.com/head.mp4'),
		file: 'video',
		projectId: { __rl: true, mode: 'id', value: '={{ "cm1" }}' },
		clipEnd: 'seconds',
		endSeconds: 1,
		output: 'videoUrl',
	};
	const LOCATORS = ['video', 'audio', 'projectId'];
	const FAST = { pollInterval: 0.05, timeoutMinutes: 0.02 };

	async function tried(workflow: WorkflowJson): Promise<{ wrong: string[]; error?: Ran['error'] }> {
		try {
			const ran = await bed.run(workflow);
			return { wrong: unfair(ran, 1, KEY), error: ran.error };
		} catch (error) {
			// n8n itself refuses a workflow whose required parameters are empty, in words of its own.
			if (error instanceof WorkflowHasIssuesError) return { wrong: [] };
			// Its look at resource locators, before anything runs, does not survive each of them: `null` for one.
			if (LOOK_AT_LOCATORS.test(String((error as Error).stack))) return { wrong: [] };
			throw error;
		}
	}

	it('is used, or refused in a sentence that names it and the item', async () => {
		const { description } = bed.engine.nodeType('n8n-nodes-magic-hour.magicHourLipSync');
		const all = places(description.properties);
		expect(all.length).toBeGreaterThan(50);
		const cases = fc.record({
			place: fc.constantFrom(...all),
			value: fc.oneof(
				HOSTILE_JSON.map((json) => ({ json })),
				HOSTILE_JSON.map((json) => ({ json, byExpression: true })),
				HOSTILE_EXPRESSIONS.map((expression) => ({ expression })),
			),
			mode: fc.option(fc.constantFrom('id', 'url', 'file', 'youtube')),
		});
		await tryCases(cases, async ({ place, value, mode }) => {
			const given = 'expression' in value ? value.expression : (JSON.parse(value.json) as never);
			const item = itemWithFiles();
			let raw: unknown = given;
			if ('byExpression' in value) {
				item.json = { given };
				raw = '={{ $json.given }}';
			}
			if (LOCATORS.includes(place.name) && mode !== null) raw = { __rl: true, mode, value: raw };
			const parameters: INode['parameters'] = {
				...VALID,
				options: FAST,
				...place.operation,
				[place.name]: (place.field === undefined ? raw : { [place.field]: raw }) as never,
			};
			if (place.name === 'options' && place.field !== undefined) {
				parameters.options = { ...FAST, [place.field]: raw as never };
			}
			const { wrong, error } = await tried(workflowOf([item], parameters));
			const text = `${error?.message} ${error?.description}`;
			if (error !== undefined && !names(text, place)) wrong.push(`it does not name it: ${text}`);
			return wrong;
		});
	}, 600_000);

	/** The field, or what the API says of the value it was given. */
	const names = (text: string, { name, label }: Place) =>
		text.toLowerCase().includes(label.toLowerCase()) ||
		(['resource', 'operation'].includes(name) && text.startsWith('There is no operation')) ||
		(name === 'endSeconds' && text.startsWith('Your Magic Hour account has too few credits')) ||
		/^(Magic Hour refused|There is no video project|Job \w+ |The render )/.test(text) ||
		(['file', 'video', 'audio'].includes(name) && text.startsWith('The file in “')) ||
		(name === 'options' && /Timeout|Poll|Credits|Parallel/.test(text));

	it('may be left out of the JSON of a workflow, any or all of them', async () => {
		const { description } = bed.engine.nodeType('n8n-nodes-magic-hour.magicHourLipSync');
		const operations = places(description.properties).map(({ operation }) => operation);
		const cases = fc.record({
			operation: fc.constantFrom(...operations),
			kept: fc.subarray([...Object.keys(VALID), 'resource', 'operation']),
		});
		await tryCases(cases, async ({ operation, kept }) => {
			const whole: INode['parameters'] = { ...VALID, ...operation };
			const left = Object.fromEntries(kept.map((name) => [name, whole[name]]));
			return (await tried(workflowOf([itemWithFiles()], left as never))).wrong;
		});
	}, 600_000);
});
