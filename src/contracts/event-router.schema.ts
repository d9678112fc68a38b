import { z } from 'zod';
import { expressionSchema, jsonObjectSchema, runFields } from './common.schema';
import { eventPatternSchema, eventTypeSchema } from './event.schema';
import { inputMappingSchema } from './input-mapping.schema';
import { MAX_SUBSCRIPTIONS } from './limits';
import { ANSWERING_PATTERNS, DEFINITION_NAME_PATTERN } from './names';

const mappingsSchema = z.record(z.string().min(1), inputMappingSchema);

/** The event that is emitted after a handler has done its work: a type alone carries the handler's result. */
export const emitSchema = z.union([
  eventTypeSchema,
  z.strictObject({
    type: eventTypeSchema,
    /** References into the event that was handled (`data.…`, `id`, `subject`) and into the handler's `result`. */
    data: mappingsSchema,
  }),
]);

export const subscriptionSchema = z
  .strictObject({
    /** By which it is removed and shown; `<on> <handler>` where none is given. */
    name: z.string().min(1).max(300).optional(),
    on: eventPatternSchema,
    handler: z.string().min(1).optional(),
    definition: z.string().regex(DEFINITION_NAME_PATTERN, 'the name of a definition, or name@version').optional(),
    pattern: z.enum(ANSWERING_PATTERNS).optional(),
    /** Of the handler or pattern; of a definition, settings laid over its steps: `{ step: { … } }`. */
    config: jsonObjectSchema.default({}),
    /** Parameters from the event: `data.document`. A definition without any is given the event's data as its input. */
    inputs: mappingsSchema.default({}),
    /** JSONata over the event: true lets it in. */
    filter: expressionSchema.optional(),
    /** A reference into the event: those with the same value are handled one after the other, in their order. */
    orderBy: z.string().min(1).max(500).optional(),
    emit: emitSchema.optional(),
    retryCount: z.int().min(1).max(100).optional(),
    timeoutSeconds: z.number().positive().max(86_400).optional(),
  })
  .superRefine((subscription, context) => {
    const kinds = (['handler', 'definition', 'pattern'] as const).filter((kind) => subscription[kind] !== undefined);
    if (kinds.length !== 1) {
      context.addIssue({ code: 'custom', message: 'takes exactly one of handler, definition, pattern' });
    }
    if (subscription.definition === undefined) return;
    for (const field of ['retryCount', 'timeoutSeconds'] as const) {
      if (subscription[field] === undefined) continue;
      const message = 'belongs to a handler or a pattern; the steps of a definition have their own';
      context.addIssue({ code: 'custom', path: [field], message });
    }
  });
export type Subscription = z.infer<typeof subscriptionSchema>;
/** A subscription as a person may write it. */
export type GivenSubscription = z.input<typeof subscriptionSchema>;

export const eventRouterInputSchema = z.strictObject({
  subscriptions: z.array(subscriptionSchema).max(MAX_SUBSCRIPTIONS).default([]),
  /** Refuses events of types that no subscription is for. */
  strict: z.boolean().default(false),
  /** Handlers at once. */
  maxParallel: z.int().min(1).max(100).default(50),
  /** Events further than this from the one that came from outside are not handled: what stops a loop. */
  maxHops: z.int().min(1).max(1000).default(16),
  ...runFields,
});
