import type { Extract, Normalisation } from './answers.schema';
import type { CascadeInput } from './cascade.schema';
import type { InvalidReason } from './decision.schema';
import type { EnsembleInput } from './ensemble.schema';
import type { JsonObject, JsonValue } from './json';
import type { CallSettings, ModelPins } from './model';
import type { ModelTask } from './names';
import type { Verdict } from './verdict';
import type { RouteToModelInput } from './route-to-model.schema';
import type { SharedPlan, PassedOver, RunIdentity, StoredPins } from './step-activity';
import type { CallUsage } from './usage';

/** What a task takes, as a Workflow holds it: texts may be references, and a text may be any value of an earlier model. */
export type CallInput = JsonValue;

/**
 * What a model is asked about what others answered. The activity writes the prompt, since texts stay out of Workflows:
 * whether an answer is right, which of two is better, which of many is the most consistent, one answer out of several, or
 * the task itself with the answers of others as references.
 */
export type ReaderQuestion = { instructions?: string | undefined } & (
  | { kind: 'verify'; answers: JsonValue[] }
  | { kind: 'judge'; answers: JsonValue[] }
  | { kind: 'choose'; answers: JsonValue[] }
  | { kind: 'fuse'; answers: JsonValue[] }
  | { kind: 'references'; answers: JsonValue[]; maxCharacters: number }
);

/** How an answer is counted; with `scores` the figures behind it come back too. */
export type AnswerRule = { extract?: Extract | undefined; normalise: Normalisation; scores?: boolean };

/** What an answer has to fulfil. */
export type AnswerCheck = { schema: JsonObject } | { when: string };

/** One call of a model: one sample of a member, one stage, one question to a judge. */
export type ModelCall = {
  run: RunIdentity;
  /** Path in the journal: a call has one of its own, so that its usage can be told. */
  step: string;
  /** Index among the samples of one question. */
  sample: number;
  pins: StoredPins;
  model: string;
  task: ModelTask;
  input: CallInput;
  question?: ReaderQuestion;
  /** The pattern asks who stands behind the model itself. */
  withoutFallback?: true;
  /** Somebody does: a wait that is longer than the model's `fallbackAfterSeconds` is not waited for. */
  givesWay?: boolean;
  settings: CallSettings;
  read?: AnswerRule;
  check?: AnswerCheck;
  /** JSON bytes of the result that stay in place. */
  inlineLimit: number;
};

/** How an answer counts. `answer` is left out where it is the text or the prediction of the result. */
export type CountedAnswer =
  | { status: 'valid'; key: string; answer?: JsonValue; value?: number; scores?: Record<string, number> }
  | { status: 'invalid'; reason: InvalidReason };

/** What a reader said, where it was asked for a verdict; undefined where that can not be read. */
export type ReaderSays = {
  /** Whether the answer is right. */
  right?: boolean | undefined;
  /** Which of two is better. */
  verdict?: Verdict;
  /** Which of many is the most consistent: an index. */
  chosen?: number;
};

/**
 * What came of a call. `result` is the task's typed result, small; null where the answer does not count at all, or all
 * that matters of it is what a reader says.
 */
export type ModelCallOutcome = {
  result: JsonValue;
  says?: ReaderSays;
  counted?: CountedAnswer;
  /** The answer's own score, where the task has one. */
  score?: number;
  /** Whether the answer fulfils what it was checked for; `problem` where that could not be said. */
  passes?: boolean;
  problem?: string;
  usage: CallUsage;
  attempts: number;
  /** Who answered, where it is not who was asked, and who gave no answer before. */
  answeredBy?: string;
  passedOver?: PassedOver[];
};

/** A value that counts as a member's answer although no model call of this run gave it: a pattern's main output. */
export type OutputReading = { output: JsonValue; counted: CountedAnswer };

/** Input checked, models by value: what a pattern of model calls is made from. */
export type ModelPlan<I> = SharedPlan & { input: PlannedInput<I>; tenant: string; pins: StoredPins };

/** An input whose long text is stored. */
export type PlannedInput<I> = Omit<I, 'input'> & { input: CallInput };
export type CascadePlan = ModelPlan<CascadeInput>;
/** `expectedKey` is what the right answer is counted under, where it is known. */
export type EnsemblePlan = ModelPlan<EnsembleInput> & { expectedKey?: string };
/**
 * `candidates` are the models that the choice is about, with the task's own; `embeddingModel` is the registry's;
 * `textTokens` is what the text takes up, where a selector chooses.
 */
export type RoutePlan = ModelPlan<RouteToModelInput> & {
  candidates: ModelPins;
  embeddingModel?: string;
  textTokens?: number;
};

/** The examples of semantic routes against an input, in one activity: the journal holds each embedding. */
export type ExampleComparison = {
  run: RunIdentity;
  step: string;
  pins: StoredPins;
  /** The embedding model. */
  model: string;
  input: CallInput;
  /** The routes with their examples, as one value that may be stored. */
  routes: JsonValue;
  topK: number;
};

/** How near the input is to its nearest examples, the nearest first. */
export type ComparedExamples = {
  nearest: { route: number; similarity: number }[];
  usage: CallUsage;
  attempts: number;
};
