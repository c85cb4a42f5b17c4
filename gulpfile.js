const { spawn } = require('node:child_process');
const { rm } = require('node:fs/promises');
const { dest, parallel, series, src, watch } = require('gulp');

const sources = ['credentials/**/*.ts', 'nodes/**/*.ts'];
const assets = ['credentials/**/*.svg', 'nodes/**/*.{svg,node.json}'];

const clean = () => rm('dist', { recursive: true, force: true });

const compile = () =>
	spawn(process.execPath, [require.resolve('typescript/bin/tsc')], { stdio: 'inherit' });

const copyAssets = () => src(assets, { base: '.', encoding: false }).pipe(dest('dist'));

const build = series(clean, parallel(compile, copyAssets));

function rebuildOnChange() {
	watch(sources, compile);
	watch(assets, copyAssets);
}

exports.clean = clean;
exports.build = build;
exports.watch = rebuildOnChange;
exports.default = build;
