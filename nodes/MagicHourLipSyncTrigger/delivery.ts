import type { VideoProject } from '../magicHour/api/contract';

export interface Delivery {
	/** Any string: the vendor may add events this pack does not know. */
	event: string;
	/** Missing where the payload isn't a project. */
	project?: VideoProject;
}

/**
 * What the signed bytes say, or `undefined` where Magic Hour cannot have written them: not UTF-8, not
 * a JSON object with a `type`, or with a `__proto__` key anywhere.
 * Reads the raw body and not the one n8n parsed, so that what was verified is what is used.
 */
export function readDelivery(rawBody: Buffer): Delivery | undefined {
	const body = parse(rawBody);
	if (!isRecord(body) || typeof body.type !== 'string') return undefined;

	return { event: body.type, project: isProject(body.payload) ? body.payload : undefined };
}

function parse(rawBody: Buffer): unknown {
	try {
		return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(rawBody), refuseProto);
	} catch {
		return undefined;
	}
}

function refuseProto(key: string, value: unknown): unknown {
	if (key === '__proto__') throw new SyntaxError('Unexpected key');
	return value;
}

function isProject(value: unknown): value is VideoProject {
	return isRecord(value) && typeof value.id === 'string' && value.id !== '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
