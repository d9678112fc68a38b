import type { ProviderAnswer } from '../contracts/model';
import type { CallUsage } from '../contracts/usage';
import type { Try } from '../core/routing/next-model';

/** One step of one run, over all its attempts: the unit whose usage is added up. */
export type JournalStep = { namespace: string; workflowId: string; firstRunId: string; step: string };

/** One request of a step. A changed request has another hash, and so never gets a stale answer. */
export type JournalKey = JournalStep & { sample: number; requestHash: string };

/** What a request used, as the journal keeps it. */
export type JournalCost = {
  model: string;
  inputTokens: number;
  outputTokens: number;
  costNanoUsd: number;
  /** The model has no price. */
  unpriced?: true | undefined;
  /** The answer to the same request at another place: nothing was sent. */
  fromCache?: true;
};

/** The right to send one request. Exactly one of `answered` and `failed` ends it. */
export type Claim = {
  kind: 'claimed';
  /** Of this attempt, and no other. */
  id: string;
  /** Of the request, the same for every attempt at it within the step; tells nothing of what was asked. */
  name: string;
  /** Before the request leaves: from here on a crash counts it as cut, at its worst case. */
  sending(worstCase: JournalCost): Promise<void>;
  /**
   * The answer is on disk when this returns, and what it returns is the answer that counts for every attempt. One that
   * can not be written for some seconds comes back with the problem: it is paid for, and the next thing that keeps it is
   * the end of its activity.
   */
  answered(answer: ProviderAnswer, cost: JournalCost): Promise<{ answer: ProviderAnswer; problem?: string }>;
  /** No answer. `unknown` when the provider may have charged for it. */
  failed(outcome: 'refused' | 'unknown'): Promise<void>;
};

/** An answer that is there, with the attempt that was paid for it. */
export type Answered = { kind: 'answered'; id: string; cost: JournalCost; answer: ProviderAnswer };

/**
 * The response journal: an answer that reached a worker is written before the activity completes and read before the
 * provider is called. Of two attempts that race one gets the claim; the other waits for its answer, or for its lease to
 * run out. @throws CadenzaError `StoreUnavailable`: a call that can not be journalled is not sent.
 */
export interface Journal {
  open(key: JournalKey, signal: AbortSignal): Promise<Answered | Claim>;
  /** The models that were tried for one question of a step and gave no answer, in their order. */
  tries(step: JournalStep, question: string): Promise<Try[]>;
  noteTry(step: JournalStep, question: string, failed: Try): Promise<void>;
  /** Everything that the attempts of a step have used so far, with those of the steps inside it (`step/…`). */
  usage(step: JournalStep): Promise<CallUsage>;
}
