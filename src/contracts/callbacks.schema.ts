import { z } from 'zod';
import { eventTypeSchema } from './event.schema';
import { STEP_NAME_PATTERN } from './names';

const webhookSchema = z.strictObject({
  /** Told by a signed POST (Standard Webhooks); the secret is the Worker's own. */
  webhook: z.strictObject({
    url: z.url({ protocol: /^https?$/, error: 'expected an http or https address' }).max(2000),
  }),
});

const eventCallbackSchema = z.strictObject({
  /** Told by an event to a router; its type is `pipeline.<step>.completed`, `.failed` or `.skipped` where none is given. */
  event: z.strictObject({ router: z.string().min(1).max(250), type: eventTypeSchema.optional() }),
});

export const callbackSchema = z.union([webhookSchema, eventCallbackSchema]);
export type Callback = z.infer<typeof callbackSchema>;

const callbackListSchema = z.union([callbackSchema.transform((one) => [one]), z.array(callbackSchema).max(10)]);

/** Who is told when a step ends, by the name of the step; `*` is every step. */
export const callbacksSchema = z.record(
  z.string().refine((name) => name === '*' || STEP_NAME_PATTERN.test(name), 'the name of a step, or *'),
  callbackListSchema,
);
export type Callbacks = z.infer<typeof callbacksSchema>;

/** What became of one callback: a failed one never fails its run. */
export const deliverySchema = z.strictObject({
  step: z.string(),
  to: z.enum(['webhook', 'event']),
  status: z.enum(['delivered', 'failed']),
  error: z.strictObject({ type: z.string(), message: z.string() }).optional(),
});
export type Delivery = z.infer<typeof deliverySchema>;
