// `n8n-node lint` holds every .ts file to the rules of code that runs inside n8n (no process, no timers,
// no fs). Sandbox, tests and tools are .cts files: ordinary Node programs, linted by this configuration.
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
	{ ignores: ['dist/**', 'coverage/**', 'nodes/**', 'credentials/**'] },
	{
		files: ['**/*.cts'],
		extends: [js.configs.recommended, ...tseslint.configs.recommended],
		rules: { '@typescript-eslint/consistent-type-imports': 'error' },
	},
);
