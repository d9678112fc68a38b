import { z } from 'zod';
import { contentReferenceSchema, jsonObjectSchema, tenantSchema } from './common.schema';

const run = z.strictObject({ workflowId: z.string().min(1), firstRunId: z.string().min(1), tenant: tenantSchema });

/** What a child is given by the pattern that starts it: checked, since any client can start a Workflow with it. */
export const inheritedSchema = z.strictObject({
  tenant: tenantSchema,
  pins: jsonObjectSchema,
  depth: z.int().nonnegative(),
  journal: run,
  stepPrefix: z.string().max(10_000),
  definitions: z
    .record(z.string(), z.strictObject({ version: z.string(), definition: contentReferenceSchema }))
    .optional(),
  hops: z.int().nonnegative().optional(),
});
