import type { IExecuteFunctions } from 'n8n-workflow';

import type { FileType } from './api.types';
import { sourceFile, type SourceFile } from './binary';
import { asProblem, Problem } from './problem';

/**
 * Reads the parameters of one item and refuses what cannot be meant, before anything is sent. An expression
 * can give any type at all, whatever the field in the editor looks like.
 */
export class Parameters {
	constructor(
		private readonly ctx: IExecuteFunctions,
		readonly itemIndex: number,
	) {}

	/** @throws Problem unless it is text that is not empty */
	text(name: string, label: string): string {
		const value = this.optionalText(name, label);
		if (value === undefined) throw new Problem(`${label} is empty`, { description: FILL_IN });
		return value;
	}

	/** @returns undefined where the field is empty */
	optionalText(name: string, label: string): string | undefined {
		const value = this.raw(name, label);
		if (value === undefined || value === null || value === '') return undefined;
		if (typeof value === 'object') {
			throw new Problem(`${label} has to be text, and is ${kindOf(value)}`, {
				description: EXPRESSION,
			});
		}
		const text = String(value).trim();
		if (text.length > LONGEST_TEXT) {
			throw new Problem(`${label} is too long: ${text.length} characters`, {
				description: EXPRESSION,
			});
		}
		return text === '' ? undefined : text;
	}

	/** @throws Problem unless it is a finite number of at least `minimum` */
	number(name: string, label: string, minimum: number): number {
		const value = this.optionalNumber(name, label, minimum);
		if (value === undefined) throw new Problem(`${label} is empty`, { description: FILL_IN });
		return value;
	}

	/** @returns undefined where the field is empty */
	optionalNumber(name: string, label: string, minimum: number): number | undefined {
		const value = this.raw(name, label);
		if (value === undefined || value === null) return undefined;
		if (typeof value === 'string' && value.trim() === '') return undefined;
		const number = typeof value === 'string' ? Number(value) : value;
		if (typeof number !== 'number' || !Number.isFinite(number)) {
			throw new Problem(`${label} has to be a number, and is ${kindOf(value)}`, {
				description: EXPRESSION,
			});
		}
		if (number < minimum) {
			throw new Problem(`${label} has to be at least ${minimum}, and is ${number}`);
		}
		return number;
	}

	/** @throws Problem unless it is one of `choices` */
	choice<T extends string>(name: string, label: string, choices: readonly T[]): T {
		const value = this.raw(name, label);
		const choice = choices.find((candidate) => candidate === value);
		if (choice === undefined) {
			throw new Problem(`${label} has to be one of ${choices.join(', ')}`, {
				description: EXPRESSION,
			});
		}
		return choice;
	}

	/** @throws Problem unless it is true or false, as a boolean or as text; empty is false */
	flag(name: string, label: string): boolean {
		const value = this.raw(name, label) ?? false;
		if (value === true || value === 'true') return true;
		if (value === false || value === 'false' || value === '') return false;
		throw new Problem(`${label} has to be true or false, and is ${kindOf(value)}`, {
			description: EXPRESSION,
		});
	}

	/** The value of a resource locator, taken out of an address where the mode says so. */
	locator(name: string, label: string): string {
		const value = this.evaluated(label, () =>
			this.ctx.getNodeParameter(name, this.itemIndex, '', { extractValue: true }),
		);
		const text =
			typeof value === 'string' || Number.isSafeInteger(value) ? String(value).trim() : '';
		if (text === '') throw new Problem(`${label} is empty`, { description: FILL_IN });
		return text;
	}

	/** The file in the binary field that a parameter names. */
	file(name: string, label: string, type: FileType): SourceFile {
		return sourceFile(this.ctx, this.itemIndex, this.text(name, label), type);
	}

	/** Whether a field was added to a collection, empty or not. */
	has(collection: string, field: string, label: string): boolean {
		const given = this.ctx.getNode().parameters[collection];
		// An expression may stand for the whole collection.
		const value = typeof given === 'string' ? this.raw(collection, label) : given;
		return typeof value === 'object' && value !== null && field in value;
	}

	private raw(name: string, label: string): unknown {
		return this.evaluated(label, () => this.ctx.getNodeParameter(name, this.itemIndex, null));
	}

	/** What n8n says of an expression that fails does not say whose it is. */
	private evaluated(label: string, read: () => unknown): unknown {
		let failure: Problem;
		try {
			return read();
		} catch (error) {
			failure = asProblem(error);
		}
		throw new Problem(`${label} cannot be worked out: ${failure.message}`, {
			description: EXPRESSION,
		});
	}
}

/** Characters. Signed addresses have a few thousand; more is the content of a file. */
const LONGEST_TEXT = 16_384;

const FILL_IN = 'Fill in the field, or check that its expression has a value for this item.';
const EXPRESSION = 'Check the expression of the field for this item.';

function kindOf(value: unknown): string {
	if (Array.isArray(value)) return 'a list';
	if (typeof value === 'string') return `the text “${value.slice(0, 40)}”`;
	if (typeof value === 'number') return String(value);
	return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
