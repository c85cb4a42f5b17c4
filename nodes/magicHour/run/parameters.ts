import { ExpressionError, type IExecuteFunctions, type INodePropertyMode } from 'n8n-workflow';

import type { FileType } from '../api/contract';
import { isBinaryObject, refuseAllFiles, sourceFile, type SourceFile } from '../files/sourceFile';
import { oneLine } from '../oneLine';
import { asProblem, Problem } from '../problem';

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
		return this.asText(this.value(name, label), label);
	}

	/** @returns undefined where the field is empty */
	optionalText(name: string, label: string): string | undefined {
		return this.asOptionalText(this.value(name, label), label);
	}

	/**
	 * @param value of the field that has this label
	 * @throws Problem unless it is text that is not empty
	 */
	asText(value: unknown, label: string): string {
		const text = this.asOptionalText(value, label);
		if (text === undefined) throw new Problem(`${label} is empty`, { description: FILL_IN });
		return text;
	}

	private asOptionalText(value: unknown, label: string): string | undefined {
		if (value === undefined || value === null || value === '') return undefined;
		if (typeof value === 'object') {
			refuseAllFiles(value, label);
			throw new Problem(`${label} must be text; got ${kindOf(value)}`, {
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
		const value = this.value(name, label);
		if (value === undefined || value === null) return undefined;
		if (typeof value === 'string' && value.trim() === '') return undefined;
		const number = typeof value === 'string' ? Number(value) : value;
		if (typeof number !== 'number' || !Number.isFinite(number)) {
			throw new Problem(`${label} must be a number; got ${kindOf(value)}`, {
				description: EXPRESSION,
			});
		}
		if (number < minimum) {
			throw new Problem(`${label} must be at least ${minimum}; got ${number}`);
		}
		return number;
	}

	/**
	 * @param options as the field lists them
	 * @throws Problem unless it is one of them
	 */
	choice<T extends string>(name: string, label: string, options: ReadonlyArray<Option<T>>): T {
		return oneOf(this.value(name, label), label, options);
	}

	/** @throws Problem unless it is true or false, as a boolean or as text; empty is false */
	flag(name: string, label: string): boolean {
		const value = this.value(name, label) ?? false;
		if (value === true || value === 'true') return true;
		if (value === false || value === 'false' || value === '') return false;
		throw new Problem(`${label} must be true or false; got ${kindOf(value)}`, {
			description: EXPRESSION,
		});
	}

	/**
	 * A resource locator: its mode, and what its expression gives. An expression for the whole field may give the
	 * value alone; then it counts for the first mode.
	 * @throws Problem unless the mode is one of `modes`
	 */
	located(name: string, label: string, modes: readonly INodePropertyMode[]) {
		const given = this.value(name, label);
		const { mode, value } = isLocator(given) ? given : { mode: modes[0]!.name, value: given };
		const options = modes.map((one) => ({ name: one.displayName, value: one.name }));
		return { mode: oneOf(mode, label, options), value };
	}

	/** The value of a resource locator, taken out of an address where the mode says so. */
	extracted(name: string, label: string): string {
		const value = this.evaluated(label, () =>
			this.ctx.getNodeParameter(name, this.itemIndex, '', { extractValue: true }),
		);
		const text =
			typeof value === 'string' || Number.isSafeInteger(value) ? String(value).trim() : '';
		if (text === '') throw new Problem(`${label} is empty`, { description: FILL_IN });
		return text;
	}

	/**
	 * @param value of the field that has this label: the name of a binary field (`data` where it is empty), or a file
	 * @throws Problem when there is none, or it is not one that Magic Hour takes
	 */
	file(value: unknown, label: string, type: FileType): SourceFile {
		const { ctx, itemIndex } = this;
		if (isBinaryObject(value)) return sourceFile(ctx, itemIndex, value, label, type);
		const name = this.asOptionalText(value, label) ?? 'data';
		return sourceFile(ctx, itemIndex, name, label, type);
	}

	/** Whether a field was added to a collection, empty or not. */
	hasField(collection: string, field: string, label: string): boolean {
		const given = this.ctx.getNode().parameters[collection];
		// An expression may stand for the whole collection.
		const value = typeof given === 'string' ? this.value(collection, label) : given;
		return typeof value === 'object' && value !== null && field in value;
	}

	/** Whatever the field holds for this item. */
	value(name: string, label: string): unknown {
		return this.evaluated(label, () => this.ctx.getNodeParameter(name, this.itemIndex, null));
	}

	/** What n8n says of an expression that fails does not say whose it is. */
	private evaluated(label: string, read: () => unknown): unknown {
		try {
			return read();
		} catch (error) {
			throw missingNode(error, label) ?? cannotBeWorkedOut(error, label);
		}
	}
}

/** Examples name nodes that a person's own workflow need not have. */
function missingNode(error: unknown, label: string): Problem | undefined {
	if (!(error instanceof ExpressionError)) return undefined;
	const { descriptionKey, nodeCause } = error.context;
	if (descriptionKey !== 'nodeNotFound') return undefined;
	return new Problem(`${label}: there is no node “${oneLine(nodeCause)}”`, {
		description: 'Replace the name in the expression with the name of your own node.',
	});
}

const cannotBeWorkedOut = (error: unknown, label: string) =>
	new Problem(`${label} cannot be worked out: ${asProblem(error).message}`, {
		description: EXPRESSION,
	});

interface Option<T> {
	/** What the person sees. */
	name: string;
	value: T;
}

function oneOf<T extends string>(
	value: unknown,
	label: string,
	options: ReadonlyArray<Option<T>>,
): T {
	const chosen = options.find((option) => option.value === value);
	if (chosen !== undefined) return chosen.value;
	const names = options.map(({ name }) => name).join(', ');
	throw new Problem(`${label} must be one of ${names}; got ${kindOf(value)}`, {
		description: EXPRESSION,
	});
}

const isLocator = (value: unknown): value is { mode: unknown; value: unknown } =>
	typeof value === 'object' && value !== null && 'mode' in value && 'value' in value;

/** Characters. Signed addresses have a few thousand; more is the content of a file. */
const LONGEST_TEXT = 16_384;

const FILL_IN = 'Fill in the field, or check that its expression has a value for this item.';
const EXPRESSION = 'Check the expression of the field for this item.';

function kindOf(value: unknown): string {
	if (Array.isArray(value)) return 'a list';
	if (typeof value === 'string') return `“${value.slice(0, 40)}”`;
	if (value === undefined || value === null) return 'nothing';
	if (typeof value === 'number') return String(value);
	return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
