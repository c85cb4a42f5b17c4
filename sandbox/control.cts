import express, { type NextFunction, type Request, type Response, type Router } from 'express';
import { z } from 'zod/v4';

import { checked } from './schemas.cts';
import { ENDPOINTS, OUTCOMES, type Fault, type JobPlan, type Sandbox } from './types.cts';

const count = z.int().min(0);
const seconds = z.number().min(0);

const faultSchema = z.strictObject({
	on: z.enum(ENDPOINTS),
	action: z.union([
		z.enum(['resetBefore', 'reset', 'hang', 'garbage', 'empty', 'truncated', 'stall']),
		z.enum(['bomb', 'endless']),
		z.strictObject({
			status: z.int().min(200).max(599),
			body: z.unknown().optional(),
			headers: z.record(z.string(), z.string()).optional(),
		}),
		z.strictObject({ delaySeconds: seconds }),
		z.strictObject({ dripSeconds: seconds }),
	]),
	effect: z.boolean().optional(),
	times: z.int().min(1).optional(),
	skip: count.optional(),
}) satisfies z.ZodType<Fault>;

const planSchema = z.strictObject({
	outcome: z.enum(OUTCOMES).optional(),
	queueSeconds: seconds.optional(),
	renderSeconds: seconds.optional(),
	error: z.strictObject({ code: z.string(), message: z.string() }).optional(),
	downloads: count.optional(),
	fps: z.number().positive().optional(),
	downloadValiditySeconds: seconds.optional(),
}) satisfies z.ZodType<Partial<JobPlan>>;

/** Lets a person steer a running sandbox over HTTP, as tests do by calling it. */
export function control(
	sandbox: Pick<Sandbox, 'account' | 'jobs' | 'uploads' | 'requests' | 'finish'> &
		Pick<Sandbox, 'fail' | 'clearFaults' | 'setScript'>,
	faults: () => readonly Fault[],
): Router {
	const router = express.Router();
	router.use(express.json());

	router.get('/state', (_req, res) => {
		res.json({
			account: sandbox.account,
			jobs: sandbox.jobs.map(({ project }) => project),
			uploads: Object.fromEntries(sandbox.uploads),
			faults: faults(),
			requests: sandbox.requests.length,
		});
	});
	router.post('/faults', (req, res) => {
		sandbox.fail(checked(faultSchema, req.body));
		res.status(201).json({ faults: faults() });
	});
	router.delete('/faults', (_req, res) => {
		sandbox.clearFaults();
		res.status(204).end();
	});
	router.put('/plan', (req, res) => {
		const plan = checked(planSchema, req.body);
		sandbox.setScript(() => plan);
		res.json({ plan });
	});
	router.post('/jobs/:id/finish', (req, res) => {
		sandbox.finish(req.params.id, checked(planSchema, req.body ?? {}));
		res.status(204).end();
	});
	router.use(
		(error: Error & { status?: number }, _req: Request, res: Response, next: NextFunction) => {
			if (res.headersSent) return next(error);
			res.status(error.status ?? 400).json({ message: error.message });
		},
	);
	return router;
}
