import ts from 'typescript';

import { sourceFiles, nodesOf } from './sourceTexts.cts';

/** Files of the rooms that have such a place, from `nodes/magicHour`. */
const filesWith = (isPlace: (node: ts.Node) => boolean): string[] =>
	sourceFiles('magicHour')
		.filter(({ source }) => [...nodesOf(source)].some(isPlace))
		.map(({ file }) => file)
		.filter((file) => file.includes('/'))
		.sort();

describe('the rooms of nodes/magicHour', () => {
	it('read parameters of the node in one file', () => {
		const readers = filesWith(
			(node) => ts.isPropertyAccessExpression(node) && node.name.text === 'getNodeParameter',
		);
		expect(readers).toEqual(['run/parameters.ts']);
	});

	it('leave it to the operations which parameters there are', () => {
		const isParameterName = (node: ts.Node) =>
			ts.isStringLiteralLike(node) && /^options\.\w+$/.test(node.text);
		const readsOne = (node: ts.Node) =>
			ts.isCallExpression(node) &&
			/^(item|options|parameters)\.(text|number|optional\w+|choice|boolean)$/.test(
				node.expression.getText(),
			);
		expect(filesWith((node) => isParameterName(node) || readsOne(node))).toEqual([]);
	});

	it('word the errors of requests in one file, and those of a whole run under a rate limit in another', () => {
		const hasStatus = (node: ts.Node) =>
			ts.isNewExpression(node) &&
			node.expression.getText() === 'Problem' &&
			/httpCode|\.\.\.details/.test(node.arguments?.[1]?.getText() ?? '');
		expect(filesWith(hasStatus)).toEqual(['api/requestProblem.ts', 'run/heldBack.ts']);
	});
});
