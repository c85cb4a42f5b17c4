import { WEBHOOK_EVENTS } from '../../nodes/magicHour/api/contract.ts';
import { eventBody, finishedProject, send, signed } from './deliveries.cts';
import { N8nWebhooks } from './n8nWebhooks.cts';

let n8n: N8nWebhooks;

async function listen(setup: ConstructorParameters<typeof N8nWebhooks>[0]): Promise<N8nWebhooks> {
	n8n = await new N8nWebhooks(setup).start();
	return n8n;
}

afterEach(async () => await n8n.stop());

describe('a genuine delivery', () => {
	test.each(WEBHOOK_EVENTS)('of %s starts one execution', async (event) => {
		const { url, started } = await listen({ parameters: { events: [...WEBHOOK_EVENTS] } });

		expect(await send(url, signed(eventBody(event)))).toMatchObject({ status: 200 });

		expect(started).toMatchObject([{ event, id: finishedProject().id }]);
	});

	test('comes out as project: get would, a null error left out and a real one kept', async () => {
		const { url, started } = await listen({});
		const error = { message: 'No face was found', code: 'no_source_face' };

		await send(url, signed(eventBody('video.completed')));
		await send(
			url,
			signed(eventBody('video.errored', finishedProject({ status: 'error', error }))),
		);

		const { error: none, ...project } = finishedProject();
		expect(none).toBeNull();
		expect(started[0]).toStrictEqual({ event: 'video.completed', ...project });
		expect(started[1]).toMatchObject({ event: 'video.errored', status: 'error', error });
	});

	test.each([
		['accents and emoji', 'Grüße aus Zürich 🎬'],
		['a decomposed accent', 'Cafe\u0301'],
		['right to left', 'مرحبا'],
		['separators JavaScript once choked on', 'a\u2028b\u2029c'],
	])('verifies byte for byte: %s', async (_what, name) => {
		const { url, started } = await listen({});

		await send(url, signed(eventBody('video.completed', finishedProject({ name }))));

		expect(started).toMatchObject([{ name }]);
	});

	test('verifies with white space and escapes that a JSON parser would not give back', async () => {
		const { url, started } = await listen({});
		const body = `{\n "type" : "video.completed", "payload": {"id":"a\\u0062c", "type":"LIP_SYNC", "fps":30.0} }\n`;

		await send(url, signed(body));

		expect(started).toEqual([{ event: 'video.completed', id: 'abc', type: 'LIP_SYNC', fps: 30 }]);
	});

	test.each([-299, 299])('verifies %i seconds from now', async (seconds) => {
		const { url, started } = await listen({});
		const timestamp = String(Math.floor(Date.now() / 1000) + seconds);

		await send(url, signed(eventBody('video.completed'), { timestamp }));

		expect(started).toHaveLength(1);
	});

	test('verifies within a tolerance of one’s own', async () => {
		const { url, started } = await listen({ parameters: { options: { toleranceSeconds: 4000 } } });
		const timestamp = String(Math.floor(Date.now() / 1000) + 3600);

		await send(url, signed(eventBody('video.completed'), { timestamp }));

		expect(started).toHaveLength(1);
	});

	test('that is late by hours starts the workflow, and the log says so', async () => {
		const { url, started, logged } = await listen({});
		const timestamp = String(Math.floor(Date.now() / 1000) - 23 * 3600);

		await send(url, signed(eventBody('video.completed'), { timestamp }));

		expect(started).toHaveLength(1);
		expect(logged.join()).toMatch(/video\.completed event of \S+ came \d+ seconds after/);
	});

	test('has no say in what its event is called', async () => {
		const { url, started } = await listen({});

		await send(url, signed(eventBody('video.completed', { ...finishedProject(), event: 'mine' })));

		expect(started).toMatchObject([{ event: 'video.completed' }]);
	});

	test('of an image starts the workflow whatever types of video are wanted', async () => {
		const { url, started } = await listen({
			parameters: { events: ['image.completed', 'video.completed'] },
		});

		await send(url, signed(eventBody('image.completed', finishedProject({ type: 'AI_IMAGE' }))));

		expect(started).toMatchObject([{ event: 'image.completed' }]);
	});
});

describe('a genuine delivery nobody asked for is answered with 2xx and starts nothing', () => {
	test.each([
		['an event not selected', 'video.started', finishedProject()],
		['an event this pack does not know', 'video.archived', finishedProject()],
		['a test event without a project', 'ping', undefined],
		['an event without a project', 'video.completed', null],
		['a project without an id', 'video.completed', finishedProject({ id: '' })],
		['another type of project', 'video.completed', finishedProject({ type: 'FACE_SWAP' })],
	])('%s', async (_what, event, payload) => {
		const { url, started } = await listen({});

		expect(await send(url, signed(eventBody(event, payload)))).toMatchObject({ status: 200 });

		expect(started).toEqual([]);
	});

	test('but every type of project is let in where none is selected', async () => {
		const { url, started } = await listen({ parameters: { projectTypes: [] } });

		await send(
			url,
			signed(eventBody('video.completed', finishedProject({ type: 'A_TYPE_OF_NEXT_YEAR' }))),
		);

		expect(started).toMatchObject([{ type: 'A_TYPE_OF_NEXT_YEAR' }]);
	});

	test('and so is a type that was typed in', async () => {
		const { url, started } = await listen({
			parameters: { options: { moreProjectTypes: 'video_denoiser, A_TYPE_OF_NEXT_YEAR' } },
		});

		for (const type of ['A_TYPE_OF_NEXT_YEAR', 'FACE_SWAP', 'LIP_SYNC']) {
			const payload = finishedProject({ id: type, type });
			await send(url, signed(eventBody('video.completed', payload)));
		}

		expect(started.map(({ type }) => type)).toEqual(['A_TYPE_OF_NEXT_YEAR', 'LIP_SYNC']);
	});
});
