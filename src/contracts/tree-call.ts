import type { ContentReference } from './content';
import type { FailureInfo } from './failures';
import type { JsonValue } from './json';
import type { SharedPlan, RunIdentity, StoredPins } from './step-activity';
import type { TreeOfThoughtInput } from './tree-of-thought.schema';
import type { CallUsage } from './usage';

/** Why a thought never became a node. `limit`: the tree is as large as it may get. */
export type DropReason = 'empty' | 'repeated' | 'too_many' | 'no_state' | 'limit';

/** A thought that came back, with its state and whether an answer may be written from it. */
export type NewThought = { thought: JsonValue; state: JsonValue; stateKey: string; path?: JsonValue; ready?: boolean };

/** What came back for a node; a failure cuts the branch and no other. */
export type Outcome<T> = ({ node: number } & T) | { node: number; failure: FailureInfo };
export type ThoughtsOutcome = Outcome<{ thoughts: NewThought[]; dropped?: Partial<Record<DropReason, number>> }>;
export type ScoreOutcome = Outcome<{ score: number | null; samples: number; unparsed: number }>;
export type CheckOutcome = Outcome<{ goal: boolean }>;
export type AnswerOutcome = Outcome<{ thought: JsonValue; path?: JsonValue }>;

/** The roles that models have in a tree. */
export type TreeModelRole = 'generate' | 'evaluate' | 'answer' | 'goal';

/** What a tree is made from: its input checked, and without the texts that only prompts need. */
export type TreePlan = SharedPlan & {
  /** Templates and system prompts are left out, and a long problem is a reference. */
  input: TreeOfThoughtInput;
  tenant: string;
  pins: StoredPins;
  /** Where all that calls need is stored: the whole input, and the models by value. */
  setup: ContentReference;
  /** The names of the models by role. */
  models: Partial<Record<TreeModelRole, string>>;
};

/** A node as a prompt is about it: the thoughts that lead to it and itself, and its state. Both may be stored. */
export type TreeText = { node: number; path: JsonValue; state: JsonValue };

/** What is asked of models about nodes, and what comes back for each of them. `vote` and `rate` are evaluations. */
export type TreeOutcomes = {
  generate: ThoughtsOutcome;
  rate: ScoreOutcome;
  vote: ScoreOutcome;
  check: CheckOutcome;
  answer: AnswerOutcome;
};
export type TreeQuestion = keyof TreeOutcomes;

/** One activity's share of the questions of a tree: about one node, or some that are asked about side by side. */
export type TreeCall<Q extends TreeQuestion = TreeQuestion> = {
  run: RunIdentity;
  /** Path in the journal. */
  step: string;
  setup: ContentReference;
  question: Q;
  about: TreeText[];
  /** The nodes are answers, which may be judged in other words. */
  answers?: boolean;
};

/** Outcomes in the order of the nodes. */
export type TreeAnswer<Q extends TreeQuestion = TreeQuestion> = {
  outcomes: TreeOutcomes[Q][];
  usage: CallUsage;
  attempts: number;
};

/** What the child workflow of one expansion is given: its call, the model for people to see, and the queue of its provider. */
export type ExpandRequest = { call: TreeCall<'generate'>; model: string; taskQueue?: string };

/** One level in mode `reference`: the texts that it starts from, and the values that are known. */
export type ReferenceCall = {
  run: RunIdentity;
  step: string;
  setup: ContentReference;
  ys: string[];
  valueCache?: ContentReference | undefined;
};

/** The level as the code of the paper would have recorded it. */
export type ReferenceLevel = {
  step: { ys: string[]; newYs: string[]; values: number[]; selected: string[] };
  valueCache: ContentReference;
  usage: CallUsage;
  attempts: number;
};
