import { z } from 'zod';
import { expressionSchema, jsonValueSchema, modelNameSchema, runFields, temperatureSchema } from './common.schema';
import { resultFields } from './usage.schema';

const promptTemplate = z.string().min(1).max(1_000_000).optional();
const model = modelNameSchema.optional();

const generateSchema = z.strictObject({
  mode: z.enum(['propose', 'sample']).default('propose'),
  promptTemplate,
  model,
  temperature: temperatureSchema.default(0.7),
});

const evaluateSchema = z
  .strictObject({
    mode: z.enum(['number', 'verdict', 'vote']).default('number'),
    promptTemplate,
    model,
    temperature: temperatureSchema.default(0),
    samples: z.int().min(1).max(100).default(1),
    verdicts: z.record(z.string().min(1), z.number()).optional(),
  })
  .refine((evaluate) => evaluate.mode !== 'verdict' || evaluate.verdicts !== undefined, {
    path: ['verdicts'],
    error: 'mode verdict needs a score for each verdict',
  });

export const treeOfThoughtInputSchema = z
  .strictObject({
    problem: z.string().min(1).max(1_000_000),
    numBranches: z.int().min(1).max(100).default(3),
    depth: z.int().min(1).max(100).default(3),
    beamWidth: z.int().min(1).max(100).optional(),
    generate: generateSchema.prefault({}),
    evaluate: evaluateSchema.prefault({}),
    isGoal: z.union([expressionSchema, z.strictObject({ model: modelNameSchema })]).optional(),
    ...runFields,
  })
  .transform((tree) => ({ ...tree, beamWidth: tree.beamWidth ?? tree.numBranches }));
export type TreeOfThoughtInput = z.infer<typeof treeOfThoughtInputSchema>;

export const treeOfThoughtResultSchema = z.strictObject({
  tree: jsonValueSchema,
  bestPath: z.array(jsonValueSchema),
  bestScore: z.number(),
  finalSolution: jsonValueSchema,
  verified: z.boolean(),
  ...resultFields,
});
export type TreeOfThoughtResult = z.infer<typeof treeOfThoughtResultSchema>;
