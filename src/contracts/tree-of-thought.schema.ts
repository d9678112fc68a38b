import { z } from 'zod';
import {
  contentReferenceSchema,
  expressionSchema,
  jsonObjectSchema,
  jsonValueSchema,
  maxOutputTokensSchema,
  modelNameSchema,
  runFields,
  temperatureSchema,
} from './common.schema';
import { DEFAULT_MAX_OUTPUT_TOKENS } from './limits';
import { resultFields } from './usage.schema';

const promptTemplate = z.string().min(1).max(1_000_000).optional();
const role = {
  promptTemplate,
  system: z.string().max(1_000_000).optional(),
  model: modelNameSchema.optional(),
  maxOutputTokens: maxOutputTokensSchema.default(DEFAULT_MAX_OUTPUT_TOKENS),
};

const generateSchema = z.strictObject({
  mode: z.enum(['propose', 'sample']).default('propose'),
  ...role,
  temperature: temperatureSchema.default(0.7),
});

const evaluateSchema = z
  .strictObject({
    mode: z.enum(['number', 'verdict', 'vote']).default('number'),
    ...role,
    /** For answers, where they are judged in other words than thoughts. */
    answerPromptTemplate: promptTemplate,
    temperature: temperatureSchema.default(0),
    samples: z.int().min(1).max(100).default(1),
    verdicts: z
      .record(z.string().min(1).max(100), z.number())
      .refine((verdicts) => Object.keys(verdicts).length > 0, 'at least one verdict')
      .optional(),
  })
  .refine((evaluate) => evaluate.mode !== 'verdict' || evaluate.verdicts !== undefined, {
    path: ['verdicts'],
    error: 'mode verdict needs a score for each verdict',
  });

/** What of a thought is its state: all that the rest of the way depends on. Without it, the path so far. */
const stateSchema = z.union([
  z.strictObject({
    after: z.string().min(1).max(200),
    before: z.string().min(1).max(200).optional(),
    missing: z.enum(['drop', 'thought']).default('drop'),
  }),
  z.strictObject({
    regex: z.string().min(1).max(1000),
    group: z.int().nonnegative().default(0),
    missing: z.enum(['drop', 'thought']).default('drop'),
  }),
]);
export type StateRule = z.infer<typeof stateSchema>;

/** A call of its own that puts an answer into words: from every thought for which `when` holds, else from the leaves. */
const answerSchema = z.strictObject({
  when: expressionSchema.optional(),
  ...role,
  temperature: temperatureSchema.default(0),
});

const goalSchema = z.union([
  expressionSchema,
  z.strictObject({ handler: z.string().min(1).max(100), config: jsonObjectSchema.optional() }),
  z.strictObject({ model: modelNameSchema, promptTemplate }),
]);

export const SEARCHES = ['bfs', 'dfs', 'best-first'] as const;

export const treeOfThoughtInputSchema = z
  .strictObject({
    /** A text, or where it is stored. */
    problem: z.union([z.string().min(1).max(1_000_000), contentReferenceSchema]),
    numBranches: z.int().min(1).max(100).default(3),
    depth: z.int().min(1).max(100).default(3),
    beamWidth: z.int().min(1).max(100).optional(),
    /** `reference` does what the code of the paper does, quirks included; for comparisons. */
    mode: z.enum(['standard', 'reference']).default('standard'),
    search: z.enum(SEARCHES).default('bfs'),
    select: z.enum(['greedy', 'sample']).default('greedy'),
    seed: z.int().nonnegative().max(4_294_967_295).optional(),
    maxStates: z.int().min(1).max(10_000).default(1000),
    maxChildren: z.int().min(1).max(100).optional(),
    pruneBelow: z.number().optional(),
    state: stateSchema.optional(),
    generate: generateSchema.prefault({}),
    evaluate: evaluateSchema.prefault({}),
    answer: answerSchema.optional(),
    isGoal: goalSchema.optional(),
    /** Mode reference only: the values that earlier trees have found, as `tree.valueCache` of their results names them. */
    valueCache: contentReferenceSchema.optional(),
    ...runFields,
  })
  .superRefine((tree, context) => {
    const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (tree.select === 'sample' && tree.seed === undefined) refuse(['seed'], 'select sample needs a seed');
    if (tree.select === 'sample' && tree.search !== 'bfs') refuse(['select'], 'sample is a choice of search bfs only');
    if (tree.valueCache && tree.mode !== 'reference') refuse(['valueCache'], 'belongs to mode reference');
    if (tree.mode === 'reference') referenceGaps(tree).forEach(([path, message]) => refuse(path, message));
  })
  .transform((tree) => ({ ...tree, beamWidth: tree.beamWidth ?? tree.numBranches }));
export type TreeOfThoughtInput = z.infer<typeof treeOfThoughtInputSchema>;

/** What the reference's Game of 24 needs: proposals, verdicts, greedy beam, and its four prompts. */
function referenceGaps(tree: {
  search: string;
  select: string;
  generate: z.infer<typeof generateSchema>;
  evaluate: z.infer<typeof evaluateSchema>;
  answer?: z.infer<typeof answerSchema> | undefined;
}): [string[], string][] {
  const gaps: [boolean, string[], string][] = [
    [tree.search !== 'bfs', ['search'], 'mode reference searches bfs'],
    [tree.select !== 'greedy', ['select'], 'mode reference selects greedy'],
    [tree.generate.mode !== 'propose', ['generate', 'mode'], 'mode reference proposes'],
    [tree.evaluate.mode !== 'verdict', ['evaluate', 'mode'], 'mode reference evaluates by verdict'],
    [!tree.generate.promptTemplate, ['generate', 'promptTemplate'], 'mode reference needs its own prompt'],
    [!tree.evaluate.promptTemplate, ['evaluate', 'promptTemplate'], 'mode reference needs its own prompt'],
    [!tree.evaluate.answerPromptTemplate, ['evaluate', 'answerPromptTemplate'], 'mode reference needs its own prompt'],
    [!tree.answer?.promptTemplate, ['answer', 'promptTemplate'], 'mode reference needs its own prompt'],
  ];
  return gaps.filter(([gap]) => gap).map(([, path, message]) => [path, message]);
}

const prunedSchema = z.strictObject({
  /** The branch that was cut; left out where its thought never became a node. */
  node: z.int().nonnegative().optional(),
  parent: z.int().nonnegative(),
  reason: z.string(),
  /** The node that it repeats. */
  repeats: z.int().nonnegative().optional(),
  /** How many thoughts of that parent were dropped for that reason. */
  count: z.int().positive().optional(),
  failure: jsonValueSchema.optional(),
});

export const treeOfThoughtResultSchema = z.strictObject({
  tree: jsonValueSchema,
  bestPath: z.array(jsonValueSchema),
  /** Null where no sample of the best leaf's evaluation could be parsed, or none was asked for. */
  bestScore: z.number().nullable(),
  finalSolution: jsonValueSchema,
  verified: z.boolean(),
  ended: z.string().optional(),
  pruned: z.array(prunedSchema).optional(),
  unexplored: z.array(z.int().nonnegative()).optional(),
  levels: z.array(jsonValueSchema).optional(),
  /** Samples of evaluations that were asked for, and those of them that could not be parsed. */
  samples: z.strictObject({ asked: z.int().nonnegative(), unparsed: z.int().nonnegative() }).optional(),
  ...resultFields,
});
export type TreeOfThoughtResult = z.infer<typeof treeOfThoughtResultSchema>;
