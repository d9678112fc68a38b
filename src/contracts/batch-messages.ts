import type { Agreement } from './agreement.schema';
import type { BatchInput, BatchSummary, ItemResult } from './batch.schema';
import type { ContentReference } from './content';
import type { FailureInfo } from './failures';
import type { JsonObject, JsonValue } from './json';
import type { AnswerRule } from './model-call';
import type { AnsweringPattern } from './names';
import type { SharedPlan, PinnedDefinitions, StoredPins } from './step-activity';
import type { CallUsage } from './usage';

/** What a batch is made of, by value: nothing that changes later can change it. */
export type BatchPlan = SharedPlan & {
  pattern: AnsweringPattern;
  config: JsonObject;
  items: number;
  /** A stored list of references to pages of so many items each. */
  pages: ContentReference;
  pageItems: number;
  maxParallel: number;
  compare: AnswerRule;
  tenant: string;
  pins: StoredPins;
  budget?: BatchInput['budget'];
  definitions?: PinnedDefinitions;
};

/** Where the items of a batch lie. */
export type BatchPages = Pick<BatchPlan, 'tenant' | 'pages' | 'pageItems'>;

/** An item that is to be run: what is laid over `config`, and whether its right answer is known. */
export type BatchItem = { item: number; id?: string; input: JsonObject; labelled: boolean };

/** How a child ended, by the batch that started it or by one that found it ended. */
export type ItemOutcome = {
  usage: CallUsage;
  output?: JsonValue;
  /** Of an ensemble: between its members. */
  agreement?: Agreement;
  error?: FailureInfo;
};

/** What is kept of an item that ended; `id` and `expected` are put back from the list in the end. */
export type ItemRecord = Omit<ItemResult, 'id' | 'expected'>;

/** An output as it is kept, and whether it is the expected one. */
export type SettledItem = { output: JsonValue; correct?: boolean };

/** Which child ended, and how. */
export type EndedItem = { workflowId: string; outcome: ItemOutcome };

/** How far a batch is, for people. */
export type BatchProgress = Pick<
  BatchSummary,
  'items' | 'completed' | 'failed' | 'labelled' | 'correct' | 'accuracy'
> & {
  running: number;
  /** Estimates: from the mean of the items that ended; absent before the first. */
  secondsLeft?: number;
  costUsd: number;
  estimatedCostUsd?: number;
  /** Longest running first, at most ten. */
  longest: { item: number; id?: string; seconds: number }[];
};
