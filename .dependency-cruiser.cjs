// Which folder may import which: the structure that docs/architecture.md draws, checked by `npm run lint`.

/** The rooms of nodes/magicHour, each of which may import those before it. */
const rooms = ['api', 'media', 'jobs', 'files', 'run'];

const roomRules = rooms.map((room, index) => ({
	name: `${room}-imports-only-what-stands-before-it`,
	severity: 'error',
	from: { path: `^nodes/magicHour/${room}/` },
	to: { path: rooms.slice(index + 1).map((later) => `^nodes/magicHour/${later}/`) },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
	forbidden: [
		...roomRules.filter(({ to }) => to.path.length > 0),
		{
			name: 'what-all-rooms-use-imports-no-room',
			severity: 'error',
			from: { path: '^nodes/magicHour/[^/]+$' },
			to: { path: '^nodes/magicHour/[^/]+/' },
		},
		{
			name: 'magicHour-knows-no-node',
			comment: 'What both nodes stand on knows no field and no label of either.',
			severity: 'error',
			from: { path: '^nodes/magicHour/' },
			to: { path: '^nodes/(?!magicHour/)' },
		},
		{
			name: 'nodes-do-not-know-each-other',
			severity: 'error',
			from: { path: '^nodes/(MagicHour[^/]+)/' },
			to: { path: '^nodes/MagicHour', pathNot: '^nodes/$1/' },
		},
		{
			name: 'n8n-code-imports-no-tools',
			severity: 'error',
			from: { path: '^(nodes|credentials)/' },
			to: { path: '^(sandbox|engine|n8n|start|bench|tools|test)/' },
		},
		{
			name: 'only-tests-import-tests',
			severity: 'error',
			from: { pathNot: '^test/' },
			to: { path: '^test/' },
		},
		{
			name: 'no-circles',
			severity: 'error',
			from: {},
			to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
		},
	],
	options: {
		doNotFollow: { path: 'node_modules' },
		exclude: { path: '^(dist|coverage)/' },
		tsPreCompilationDeps: true,
		enhancedResolveOptions: { extensions: ['.ts', '.cts', '.js', '.cjs', '.json'] },
	},
};
