import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'yaml';

interface Job {
	permissions?: Record<string, string>;
	environment?: string;
	needs?: string;
	steps: Array<{ uses?: string; run?: string }>;
}

const { permissions, jobs } = parse(
	readFileSync(join(__dirname, '../../.github/workflows/publish.yml'), 'utf8'),
) as { permissions: object; jobs: Record<string, Job> };

const mayPublish = ({ permissions: own, environment }: Job) =>
	own?.['id-token'] !== undefined || environment !== undefined;

const publishing = Object.values(jobs).filter(mayPublish);
const others = Object.values(jobs).filter((job) => !mayPublish(job));

describe('the workflow that publishes', () => {
	it('gives the right to publish to one job, which does nothing else', () => {
		expect(publishing).toHaveLength(1);
		const [{ steps, permissions: own, needs }] = publishing as [Job];
		expect(own).toEqual({ 'id-token': 'write' });
		expect(needs).toBe('build');
		expect(steps.flatMap(({ uses }) => uses?.replace(/@.*/, '') ?? [])).toEqual([
			'actions/setup-node',
			'actions/download-artifact',
		]);
		const commands = steps.flatMap(({ run }) => run ?? []);
		expect(commands).toEqual([
			expect.stringMatching(/^npm publish --ignore-scripts [^;&|\n]+\.tgz"$/),
		]);
	});

	it('runs the code of development packages with the right to read the sources, and no other', () => {
		expect(permissions).toEqual({});
		const runsCode = others.filter(({ steps }) => steps.some(({ run }) => run?.includes('npm ci')));
		expect(runsCode.length).toBeGreaterThan(0);
		for (const { permissions: own } of runsCode) expect(own).toEqual({ contents: 'read' });
	});

	it('uses actions of a stated commit only', () => {
		const used = Object.values(jobs).flatMap(({ steps }) =>
			steps.flatMap(({ uses }) => uses ?? []),
		);
		expect(used.length).toBeGreaterThan(0);
		for (const action of used) expect(action).toMatch(/^actions\/[a-z-]+@[0-9a-f]{40}$/);
	});
});
