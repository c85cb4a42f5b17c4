import { useServerBed } from '../serverBed.cts';

const bed = useServerBed();

const testWith = async (apiKey: string) => {
	const { api, sandbox, credentials } = bed;
	return await api.testCredential(credentials.magicHourApi, { apiKey, baseUrl: sandbox.url });
};

describe('The credential dialog', () => {
	it('goes green with a good key', async () => {
		expect(await testWith(bed.sandbox.apiKey)).toMatchObject({ status: 'OK' });
	});

	it('goes green with a base URL that ends with a slash', async () => {
		const { api, sandbox, credentials } = bed;
		const { apiKey, url } = sandbox;
		const answer = await api.testCredential(credentials.magicHourApi, {
			apiKey,
			baseUrl: `${url}/`,
		});
		expect(answer).toMatchObject({ status: 'OK' });
	});

	it('goes red with a bad key', async () => {
		const answer = await testWith('not-the-key');
		expect(answer.status).toBe('Error');
		// n8n 1.x has words of its own.
		expect(answer.message).toMatch(/does not accept the API key|authori[sz]ation failed/i);
		expect(answer.message).not.toContain('not-the-key');
	});
});
