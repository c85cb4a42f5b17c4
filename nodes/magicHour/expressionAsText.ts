import { Problem } from './problem';

/** @returns undefined unless a field has an expression that n8n did not work out, because the field is set to Fixed */
export const expressionAsText = (text: string, label: string): Problem | undefined =>
	text.includes('{{')
		? new Problem(`${label}: the expression was read as text`, {
				description: `Point at ${label}, and switch it from Fixed to Expression.`,
			})
		: undefined;
