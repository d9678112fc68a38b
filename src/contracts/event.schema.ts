import { z } from 'zod';
import { jsonValueSchema } from './common.schema';
import type { JsonValue } from './json';

/** Dotted segments of letters, digits, `_` and `-`. */
export const eventTypeSchema = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/, 'dotted segments of letters, digits, _ and -');

/** The type of events that a subscription is for; `*` stands for exactly one segment. */
export const eventPatternSchema = z
  .string()
  .max(200)
  .regex(/^([A-Za-z0-9_-]+|\*)(\.([A-Za-z0-9_-]+|\*))*$/, 'dotted segments; * stands for one segment');

const attributesSchema = z
  .object({
    specversion: z.literal('1.0').default('1.0'),
    id: z.string().min(1).max(200),
    type: eventTypeSchema,
    source: z.string().min(1).max(500),
    time: z.iso.datetime({ offset: true, error: 'a date and time with a zone, such as 2026-03-17T09:12:44Z' }),
    subject: z.string().min(1).max(500).optional(),
    datacontenttype: z.string().min(1).max(200).optional(),
    dataschema: z.string().min(1).max(500).optional(),
    /** How many handlers stand between this event and the one that came from outside. */
    hops: z.int().min(0).max(1000).default(0),
    data: jsonValueSchema.default(null),
  })
  .catchall(z.union([z.string().max(200), z.number(), z.boolean()], { error: 'expected text, a number or a boolean' }));

const MAX_ATTRIBUTES = 20;
const hasFewAttributes = (event: object) => Object.keys(event).length <= MAX_ATTRIBUTES;

/**
 * A CloudEvent 1.0 in its JSON form. Attributes beside the known ones are extensions, and are kept. Two events are the
 * same where source and id are.
 */
export const eventSchema = attributesSchema.refine(hasFewAttributes, `at most ${MAX_ATTRIBUTES} attributes`);
export type CloudEvent = {
  specversion: '1.0';
  id: string;
  type: string;
  source: string;
  /** RFC 3339. */
  time: string;
  subject?: string | undefined;
  datacontenttype?: string | undefined;
  dataschema?: string | undefined;
  hops: number;
  data: JsonValue;
};

/** An event as a person may give it: id, source and time are filled in. */
export const givenEventSchema = attributesSchema
  .extend({
    id: attributesSchema.shape.id.optional(),
    source: attributesSchema.shape.source.optional(),
    time: attributesSchema.shape.time.optional(),
  })
  .refine(hasFewAttributes, `at most ${MAX_ATTRIBUTES} attributes`);
export type GivenEvent = Partial<CloudEvent> & Pick<CloudEvent, 'type'>;
