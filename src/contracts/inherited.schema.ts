import { z } from 'zod';
import { AT_CAP } from './budget';
import { contentReferenceSchema, labelsSchema, tenantSchema } from './common.schema';
import { MAX_DEPTH } from './limits';

const amount = z.int().nonnegative().optional();

const budgetScope = z.strictObject({
  scope: z.string().max(10_000),
  caps: z.strictObject({ costNanoUsd: amount, tokens: amount, calls: amount }),
  until: z.number().optional(),
  atCap: z.enum(AT_CAP),
});

const run = z.strictObject({
  workflowId: z.string().min(1),
  firstRunId: z.string().min(1),
  tenant: tenantSchema,
  budgets: z
    .array(budgetScope)
    .max(MAX_DEPTH + 1)
    .optional(),
  labels: labelsSchema.optional(),
});

/** Models by value: enough of their shape that nothing behind it meets a model that is none. */
const pins = z.looseObject({
  tasks: z.record(z.string(), z.string()),
  models: z.record(z.string(), z.looseObject({ name: z.string(), provider: z.string(), model: z.string() })),
});

/** What a child is given by the pattern that starts it: checked, since any client can start a Workflow with it. */
export const inheritedSchema = z.strictObject({
  tenant: tenantSchema,
  pins: z.union([pins, contentReferenceSchema]),
  depth: z.int().nonnegative(),
  journal: run,
  stepPrefix: z.string().max(10_000),
  definitions: z
    .record(z.string(), z.strictObject({ version: z.string(), definition: contentReferenceSchema }))
    .optional(),
  hops: z.int().nonnegative().optional(),
});
