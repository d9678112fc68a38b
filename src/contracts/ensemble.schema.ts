import { z } from 'zod';
import { agreementSchema } from './agreement.schema';
import { extractSchema, normaliseSchema, stopSchema, tieBreakSchema } from './answers.schema';
import {
  jsonObjectSchema,
  jsonValueSchema,
  maxOutputTokensSchema,
  modelNameSchema,
  runFields,
  temperatureSchema,
} from './common.schema';
import { ensembleDecisionSchema, INVALID_REASONS } from './decision.schema';
import { MAX_STEPS } from './limits';
import { ANSWERING_PATTERNS } from './names';
import { modelTaskSchema, taskInputSchema } from './task-input.schema';
import { resultFields } from './usage.schema';

const memberFields = {
  weight: z.number().positive().max(1_000_000).optional(),
  /** Part of labelled items that the member gets right; `weighted_vote` makes a weight of it (log-odds). */
  accuracy: z.number().gt(0).lt(1).optional(),
  timeoutSeconds: z.number().positive().max(86_400).optional(),
};

export const ensembleMemberSchema = z.union([
  modelNameSchema,
  z.strictObject({
    model: modelNameSchema,
    samples: z.int().min(1).max(100).default(1),
    temperature: temperatureSchema.optional(),
    ...memberFields,
  }),
  z.strictObject({ pattern: z.enum(ANSWERING_PATTERNS), config: jsonObjectSchema, ...memberFields }),
]);
export type EnsembleMember = z.output<typeof ensembleMemberSchema>;

export const AGGREGATIONS = [
  'majority_vote',
  'majority',
  'weighted_vote',
  'average',
  'median',
  'collect',
  'judge',
  'rank_and_fuse',
  'mixture_of_agents',
  'universal_self_consistency',
] as const;
export type Aggregation = (typeof AGGREGATIONS)[number];

/** A model that is asked about the members' answers. */
const readerFields = {
  model: modelNameSchema,
  instructions: z.string().min(1).max(100_000).optional(),
  temperature: temperatureSchema.optional(),
  maxOutputTokens: maxOutputTokensSchema.optional(),
};

const judgeSchema = z.strictObject(readerFields);

const fuseSchema = z.strictObject({
  ...readerFields,
  /** How pairwise verdicts become an order. */
  ranking: z.enum(['max_logits', 'max_wins']).default('max_logits'),
  /** This many of the best answers go into the fusion. */
  top: z.int().min(1).max(20).default(3),
});

const mixtureSchema = z.strictObject({
  aggregator: z.strictObject(readerFields),
  /** Layers with the aggregator's: 2 is one layer of proposers. */
  layers: z.int().min(2).max(10).default(2),
  /** Longest part of one proposal that the next layer sees, in characters. */
  maxReferenceCharacters: z.int().min(100).max(1_000_000).default(20_000),
});

/** Settings that belong to single aggregations, and are needed there. */
const AGGREGATION_FIELDS = {
  judge: ['judge', 'rank_and_fuse', 'universal_self_consistency'],
  fuse: ['rank_and_fuse'],
  mixture: ['mixture_of_agents'],
} as const satisfies Record<string, readonly Aggregation[]>;

const VOTES: readonly Aggregation[] = ['majority_vote', 'majority', 'weighted_vote'];

/** Which aggregations a stopping rule is defined for: the sequential ones speak of pluralities of equal votes. */
const STOPPED_EARLY_BY = {
  quorum: VOTES,
  lead: VOTES,
  adaptive: ['majority_vote'],
  window: ['majority_vote'],
} as const satisfies Record<string, readonly Aggregation[]>;

export const ensembleInputSchema = z
  .strictObject({
    task: modelTaskSchema,
    input: taskInputSchema,
    members: z.array(ensembleMemberSchema).min(1).max(MAX_STEPS),
    aggregation: z.enum(AGGREGATIONS).default('majority_vote'),
    extract: extractSchema.optional(),
    normalise: normaliseSchema.default('value'),
    tieBreak: tieBreakSchema.default('first'),
    minVotes: z.int().min(1).max(1000).default(1),
    stop: stopSchema.optional(),
    judge: judgeSchema.optional(),
    fuse: fuseSchema.optional(),
    mixture: mixtureSchema.optional(),
    /** The right answer, where it is known: no model sees it, the result says who of the members is wrong alike. */
    expected: jsonValueSchema.optional(),
    ...runFields,
  })
  .superRefine((ensemble, context) => {
    const refuse = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
    const { aggregation, members, stop, tieBreak } = ensemble;
    for (const field of ['judge', 'fuse', 'mixture'] as const) {
      const belongs = (AGGREGATION_FIELDS[field] as readonly Aggregation[]).includes(aggregation);
      if (belongs && ensemble[field] === undefined) refuse([field], `is required with aggregation ${aggregation}`);
      if (!belongs && ensemble[field] !== undefined) refuse([field], `has no meaning with aggregation ${aggregation}`);
    }
    for (const rule of ['quorum', 'lead', 'adaptive', 'window'] as const) {
      const votes: readonly Aggregation[] = STOPPED_EARLY_BY[rule];
      if (stop && rule in stop && !votes.includes(aggregation)) {
        refuse(['stop', rule], `goes with ${votes.join(', ')}; with ${aggregation} only deadlineSeconds does`);
      }
    }
    if (ensemble.task === 'embedding' && aggregation !== 'collect') {
      refuse(['aggregation'], 'embeddings are no answers that can be compared: only collect takes them');
    }
    const facts: { weight?: number | undefined; accuracy?: number | undefined }[] = members.map((member) =>
      typeof member === 'string' ? {} : member,
    );
    const rated = facts.filter(({ accuracy }) => accuracy !== undefined).length;
    facts.forEach((member, index) => {
      if (member.accuracy !== undefined && member.weight !== undefined) {
        refuse(['members', index, 'accuracy'], 'a member has a weight or an accuracy, not both');
      }
      if (aggregation === 'weighted_vote' && rated > 0 && member.accuracy === undefined) {
        refuse(['members', index, 'accuracy'], 'is required: either every member of a weighted_vote has one, or none');
      }
    });
    const models = members.map((member) =>
      typeof member === 'string' ? member : 'model' in member ? member.model : undefined,
    );
    if (typeof tieBreak === 'object' && !models.includes(tieBreak.model)) {
      refuse(['tieBreak', 'model'], `is no member; members: ${models.filter((name) => name !== undefined).join(', ')}`);
    }
  });
export type EnsembleInput = z.infer<typeof ensembleInputSchema>;

export const ensembleResultSchema = z.strictObject({
  /** Null where nobody won: a tie with `abstain`, or no majority. */
  aggregatedResult: jsonValueSchema,
  aggregationMethod: z.enum(AGGREGATIONS),
  individualResults: z.array(
    z.strictObject({
      member: z.int().nonnegative(),
      model: z.string().optional(),
      /** The fallback that answered in the model's place. */
      answeredBy: z.string().optional(),
      pattern: z.string().optional(),
      sample: z.int().nonnegative(),
      status: z.enum(['valid', 'invalid', 'failed', 'cancelled']),
      /** Why an invalid answer does not count. */
      reason: z.enum(INVALID_REASONS).optional(),
      answer: jsonValueSchema.optional(),
      result: jsonValueSchema.optional(),
      usage: jsonValueSchema.optional(),
    }),
  ),
  failures: z.array(jsonValueSchema),
  decision: ensembleDecisionSchema,
  /** By pairs of members; absent for one member, and for more than twenty. */
  agreement: agreementSchema.optional(),
  ...resultFields,
});
export type EnsembleResult = z.infer<typeof ensembleResultSchema>;
