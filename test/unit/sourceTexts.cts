import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import ts from 'typescript';

const NODES = join(__dirname, '../../nodes');

export function* nodesOf(node: ts.Node): Generator<ts.Node> {
	yield node;
	for (const child of node.getChildren()) yield* nodesOf(child);
}

/** The parsed sources of the nodes, or of one folder of them. */
export function sourceFiles(folder = ''): Array<{ file: string; source: ts.SourceFile }> {
	return readdirSync(join(NODES, folder), { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.ts'))
		.map((file) => {
			const text = readFileSync(join(NODES, folder, file), 'utf8');
			return { file, source: ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true) };
		});
}

/** Everything in them. */
function* sourceNodes(folder = ''): Generator<ts.Node> {
	for (const { source } of sourceFiles(folder)) yield* nodesOf(source);
}

/** The texts an expression can have, as a person reads them: what changes from case to case is `…`. */
function textsOf(node: ts.Expression): string[] {
	if (ts.isStringLiteralLike(node)) return [node.text];
	if (ts.isTemplateExpression(node)) {
		const spans = node.templateSpans.map(({ literal }) => `…${literal.text}`);
		return [[node.head.text, ...spans].join('').replace(/…(\s*…)+/g, '…')];
	}
	if (ts.isConditionalExpression(node)) {
		return [...textsOf(node.whenTrue), ...textsOf(node.whenFalse)];
	}
	if (ts.isBinaryExpression(node)) return [...textsOf(node.left), ...textsOf(node.right)];
	return [];
}

/**
 * What every error of the nodes says: the first argument of each `new Problem`. What is appended at the end,
 * such as the API's own sentence, is left out, and so is what has no words of its own.
 */
export function errorMessages(): string[] {
	const messages = new Set<string>();
	for (const node of sourceNodes()) {
		const isProblem = ts.isNewExpression(node) && node.expression.getText() === 'Problem';
		const said = isProblem ? node.arguments?.[0] : undefined;
		for (const text of said === undefined ? [] : textsOf(said)) {
			const message = text.replace(/…$/, '').trim();
			if (/\w/.test(message)) messages.add(message);
		}
	}
	return [...messages];
}

/** `code` itself or the `code` of something, but not its `typeof`. */
const isCode = (node: ts.Node) => /^([\w?.]+\.)?code$/.test(node.getText());

/** Every `code` the nodes give to an error, or know of the API or of Node.js. */
export function errorCodes(): string[] {
	const codes = new Set<string>();
	for (const node of sourceNodes('magicHour')) {
		let found: string[] = [];
		if (ts.isPropertyAssignment(node) && isCode(node.name)) found = textsOf(node.initializer);
		else if (ts.isBinaryExpression(node) && isCode(node.left)) found = textsOf(node.right);
		else if (ts.isStringLiteral(node) && /^(E|ERR_)[A-Z_]{4,}$/.test(node.text)) {
			found = [node.text];
		}
		for (const code of found) if (/^\w+$/.test(code)) codes.add(code);
	}
	return [...codes];
}
