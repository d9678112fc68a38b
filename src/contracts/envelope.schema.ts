import { z } from 'zod';
import { jsonValueSchema } from './common.schema';
import { PATTERNS } from './names';
import { RUN_STATUSES } from './run';

export const errorSchema = z.strictObject({ type: z.string(), message: z.string(), field: z.string().optional() });

/** The one JSON document that `--json` puts on stdout. A run that failed part-way shows what it has and why. */
export const envelopeSchema = z.strictObject({
  workflowId: z.string().nullable(),
  runId: z.string().nullable(),
  pattern: z.enum(PATTERNS).nullable(),
  status: z.enum(RUN_STATUSES),
  result: jsonValueSchema.optional(),
  error: errorSchema.optional(),
  progress: jsonValueSchema.optional(),
});
export type Envelope = z.infer<typeof envelopeSchema>;

export const listSchema = z.strictObject({
  runs: z.array(
    z.strictObject({
      workflowId: z.string(),
      runId: z.string(),
      pattern: z.string(),
      status: z.enum(RUN_STATUSES),
      startedAt: z.string(),
      costUsd: z.number(),
    }),
  ),
});
export type RunList = z.infer<typeof listSchema>;
