import { z } from 'zod';
import { AT_CAP } from './budget';
import type { ContentReference, DocumentReference } from './content';
import { isContentReference } from './content';
import type { JsonObject, JsonValue } from './json';
import { MAX_WAIT_SECONDS } from './limits';
import { STEP_NAME_PATTERN } from './names';

/** Any JSON value. Not walked by zod: what came over the wire as JSON is JSON. */
export const jsonValueSchema = z.custom<JsonValue>((value) => value !== undefined && typeof value !== 'function', {
  error: 'expected a JSON value',
});

export const jsonObjectSchema = z.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  { error: 'expected an object' },
);

export const contentReferenceSchema = z.custom<ContentReference>((value) => isContentReference(value), {
  error: 'expected a content reference { ref: "sha256:…", bytes, mediaType }',
});

export const documentReferenceSchema = z.custom<DocumentReference>(
  (value) => isContentReference(value) && 'name' in (value as object),
  { error: 'expected a stored document { ref, bytes, mediaType, name }' },
);

/** The name of a step, member or definition parameter. */
export const stepNameSchema = z.string().regex(STEP_NAME_PATTERN, 'letters, digits and _, not starting with a digit');

/** The name of a model in the registry. */
export const modelNameSchema = z.string().min(1).max(100);

/** A JSONata expression; parsed where it is evaluated, never in a workflow. */
export const expressionSchema = z.string().min(1).max(10_000);

export const temperatureSchema = z.number().min(0).max(2);
export const maxOutputTokensSchema = z.int().min(1).max(1_000_000);

/** What a run may spend, and what happens at the cap. */
export const budgetSchema = z
  .strictObject({
    usd: z.number().positive().max(1_000_000).optional(),
    tokens: z.int().positive().optional(),
    calls: z.int().positive().optional(),
    seconds: z.number().positive().max(MAX_WAIT_SECONDS).optional(),
    atCap: z.enum(AT_CAP).default('stop'),
  })
  .refine(({ usd, tokens, calls, seconds }) => (usd ?? tokens ?? calls ?? seconds) !== undefined, {
    error: 'one of usd, tokens, calls, seconds is needed',
  });
export type Budget = z.infer<typeof budgetSchema>;

/** A tenant becomes the name of a folder in the content store; `_` is that of runs without the label. */
export const tenantSchema = z
  .string()
  .regex(/^(_|[A-Za-z0-9][A-Za-z0-9_.-]{0,62})$/, 'letters, digits, _ . and -, at most 63');

/** Free labels of a run; `tenant` also separates content. */
export const labelsSchema = z
  .record(
    z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,62}$/, 'a letter, then letters, digits, _ . and -, at most 63'),
    z.string().max(200),
  )
  .refine((labels) => Object.keys(labels).length <= 20, 'at most 20 labels')
  // A tenant becomes the name of a folder in the content store.
  .refine((labels) => labels['tenant'] === undefined || /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/.test(labels['tenant']), {
    error: 'letters, digits, _ . and -, at most 63',
    path: ['tenant'],
  });

/** Fields that every pattern's input may carry. */
export const runFields = { budget: budgetSchema.optional(), labels: labelsSchema.optional() };
