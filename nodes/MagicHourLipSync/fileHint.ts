import { fileExpression } from '../magicHour/files/sourceFile';

/** Of a field that takes a file, by its name or as it is. The expression has a line of its own, to be copied. */
export const fileHint = (label: string) =>
	`Binary field, such as data, or an Expression with your node's name:<br><code>${fileExpression(label)}</code>`;
