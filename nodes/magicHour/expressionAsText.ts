import { Problem } from './problem';

/**
 * @param label of the field that the text stands in
 * @throws Problem for an expression that n8n did not work out, because the field is set to Fixed
 */
export function refuseExpressionAsText(text: string, label: string): void {
	if (!text.includes('{{')) return;
	throw new Problem(`${label}: the expression was read as text`, {
		description: `Point at ${label}, and switch it from Fixed to Expression.`,
	});
}
