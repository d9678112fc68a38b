import { z } from 'zod';
import { expressionSchema, jsonValueSchema, modelNameSchema, runFields } from './common.schema';
import { modelTaskSchema, taskInputSchema } from './task-input.schema';
import { resultFields } from './usage.schema';

const rulesSelectorSchema = z
  .array(z.strictObject({ when: expressionSchema, model: modelNameSchema }))
  .min(1)
  .max(100);

const similarity = z.number().min(-1).max(1);

/** By meaning: each route has examples, and the route whose examples are nearest the input answers. */
const semanticSelectorSchema = z.strictObject({
  semantic: z.strictObject({
    routes: z
      .array(
        z.strictObject({
          name: z.string().min(1).max(100).optional(),
          model: modelNameSchema,
          examples: z.array(z.string().min(1).max(10_000)).min(1).max(1000),
          threshold: similarity.optional(),
        }),
      )
      .min(1)
      .max(200),
    /** The embedding model; without it the one that serves the task `embedding`. */
    embedding: modelNameSchema.optional(),
    topK: z.int().min(1).max(100).default(5),
    aggregate: z.enum(['mean', 'max', 'sum']).default('mean'),
    /** Reached or passed, a route is taken. No default: what is near depends on the embedding model. */
    threshold: z.number(),
  }),
});

/** By a classifier's label; below `minScore`, or with a label that has no route, there is no route. */
const classifierSelectorSchema = z.strictObject({
  classifier: z.strictObject({
    model: modelNameSchema,
    routes: z.record(z.string().min(1).max(200), modelNameSchema),
    minScore: z.number().min(0).max(1).default(0),
  }),
});

/** By how likely the strong model is needed: it answers where the score reaches the threshold, or where there is none. */
const scoreSelectorSchema = z.strictObject({
  score: z.strictObject({
    strong: modelNameSchema,
    weak: modelNameSchema,
    threshold: z.number(),
    /** An expression over task and input that yields a number, or a classifier's score of one label. */
    by: z.union([expressionSchema, z.strictObject({ model: modelNameSchema, label: z.string().min(1).max(200) })]),
  }),
});

export const selectorSchema = z.union([
  rulesSelectorSchema,
  semanticSelectorSchema,
  classifierSelectorSchema,
  scoreSelectorSchema,
]);
export type Selector = z.output<typeof selectorSchema>;

/** What a model must be able to do to be considered at all. */
export const needsSchema = z.strictObject({
  json: z.literal(true).optional(),
  vision: z.literal(true).optional(),
  contextTokens: z.int().positive().optional(),
});
export type Needs = z.output<typeof needsSchema>;

/** Which model answers: an explicit `model`, a selector, or nothing: the registry's tasks. */
export const routeToModelInputSchema = z
  .strictObject({
    task: modelTaskSchema,
    input: taskInputSchema,
    model: modelNameSchema.optional(),
    selector: selectorSchema.optional(),
    /** Where the selector chooses nothing: the registry's model for the task, a failure, or a named model. */
    otherwise: z.union([z.enum(['task', 'fail']), z.strictObject({ model: modelNameSchema })]).default('task'),
    needs: needsSchema.optional(),
    /** Asked in this order where the chosen model is unavailable; without it, the registry's own fallback. */
    fallback: z.array(modelNameSchema).max(10).optional(),
    ...runFields,
  })
  .refine(({ model, selector }) => model === undefined || selector === undefined, {
    error: 'has no meaning beside model, which is the choice already',
    path: ['selector'],
  });
export type RouteToModelInput = z.infer<typeof routeToModelInputSchema>;

export const ROUTED_BY = ['model', 'rule', 'semantic', 'classifier', 'score', 'task', 'otherwise'] as const;

/** How a model was chosen. */
export const routeDecisionSchema = z.strictObject({
  by: z.enum(ROUTED_BY),
  model: z.string(),
  /** The rule, route or label that decided. */
  route: z.string().optional(),
  /** Each candidate's score, the best first; runners-up are those after the chosen one. */
  scores: z.array(z.strictObject({ route: z.string(), model: z.string(), score: z.number() })),
  threshold: z.number().optional(),
  /** Models that were not considered, and what they lack. */
  excluded: z.array(z.strictObject({ model: z.string(), lacks: z.string() })),
  /** The order in which models are asked, the chosen one first. */
  order: z.array(z.string()),
});
export type RouteDecision = z.infer<typeof routeDecisionSchema>;

export const routeToModelResultSchema = z.strictObject({
  modelUsed: z.string(),
  result: jsonValueSchema,
  /** The decision in one sentence. */
  reason: z.string(),
  decision: routeDecisionSchema.optional(),
  ...resultFields,
});
export type RouteToModelResult = z.infer<typeof routeToModelResultSchema>;
