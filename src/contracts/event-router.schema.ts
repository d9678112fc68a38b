import { z } from 'zod';
import { expressionSchema, jsonObjectSchema, jsonValueSchema, runFields } from './common.schema';
import { ANSWERING_PATTERNS } from './names';
import { inputMappingSchema } from './pipeline.schema';

/** Dotted segments; in subscriptions `*` stands for exactly one of them. */
const eventType = z
  .string()
  .regex(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/, 'dotted segments of letters, digits, _ and -');
const eventPattern = z
  .string()
  .regex(/^([A-Za-z0-9_-]+|\*)(\.([A-Za-z0-9_-]+|\*))*$/, 'dotted segments; * stands for one segment');

/** A CloudEvent 1.0 with the fields that Cadenza uses. */
export const eventSchema = z.strictObject({
  specversion: z.literal('1.0').optional(),
  id: z.string().min(1).max(200),
  type: eventType,
  source: z.string().min(1).max(500),
  time: z.iso.datetime({ offset: true }),
  data: jsonValueSchema.default(null),
});
export type CloudEvent = z.infer<typeof eventSchema>;

export const subscriptionSchema = z
  .strictObject({
    on: eventPattern,
    handler: z.string().min(1).optional(),
    definition: z.string().min(1).optional(),
    pattern: z.enum(ANSWERING_PATTERNS).optional(),
    config: jsonObjectSchema.default({}),
    inputs: z.record(z.string().min(1), inputMappingSchema).default({}),
    filter: expressionSchema.optional(),
    emit: eventType.optional(),
  })
  .superRefine((subscription, context) => {
    const kinds = (['handler', 'definition', 'pattern'] as const).filter((kind) => subscription[kind] !== undefined);
    if (kinds.length !== 1) {
      context.addIssue({ code: 'custom', message: 'takes exactly one of handler, definition, pattern' });
    }
  });
export type Subscription = z.infer<typeof subscriptionSchema>;

export const eventRouterInputSchema = z.strictObject({
  subscriptions: z.array(subscriptionSchema).max(1000).default([]),
  ...runFields,
});
export type EventRouterInput = z.infer<typeof eventRouterInputSchema>;
