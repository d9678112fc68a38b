import type { AtCap } from '../../contracts/budget';
import type { FailureType } from '../../contracts/failures';
import { DEFAULT_CONTEXT_TOKENS } from '../../contracts/limits';
import type { PinnedModel } from '../../contracts/model';

/** A model that was tried for a question and gave no answer. `passed`: the next one is asked in its place, for good. */
export type Try = {
  model: string;
  type: FailureType;
  passed: boolean;
  /** When that was, in milliseconds since the epoch. */
  at?: number;
};

/** What is known when a model has given no answer. */
export type NoAnswer = {
  type: FailureType;
  retryable: boolean;
  retryAfterMs?: number | undefined;
  /** How long its provider has been waited for already. */
  waitedMs?: number;
  /** How often this model has failed at this question, this time included. */
  failures: number;
  /** Whether the question is asked again after this. */
  isLastAttempt: boolean;
  /** What the budget that was short does at its cap, where one was. */
  atCap?: AtCap | undefined;
};

/** Longest wait for a model that has a fallback: a short one is cheaper than a worse model. */
export const DEFAULT_FALLBACK_AFTER_SECONDS = 20;

/** A model that has a fallback is asked this often before it is passed over. */
const FAILURES_BEFORE_FALLBACK = 2;

/** What will not pass by waiting, and says nothing about the question. */
const GONE: readonly FailureType[] = [
  'AuthenticationFailed',
  'KeyMissing',
  'PermissionDenied',
  'QuotaExhausted',
  'ModelNotFound',
  'ModelNotInstalled',
  'ConfigurationInvalid',
];

/**
 * Whether another model is asked in a model's place: at once where it is gone, the question does not fit it, or a budget
 * wants a cheaper one; where it asks for a longer wait than its fallback is worth; where it has failed twice, or this was
 * the last attempt. What else is wrong with the question is not mended by another model.
 */
export function passesOver(model: PinnedModel, answer: NoAnswer): boolean {
  if (answer.type === 'BudgetExceeded') return answer.atCap === 'cheaper';
  if (answer.type === 'InputTooLarge' || GONE.includes(answer.type)) return true;
  if (answer.type === 'ProviderPaused') return waitsTooLong(model, (answer.waitedMs ?? 0) + (answer.retryAfterMs ?? 0));
  if (!answer.retryable) return false;
  if (waitsTooLong(model, answer.retryAfterMs ?? 0)) return true;
  return answer.isLastAttempt || answer.failures >= FAILURES_BEFORE_FALLBACK;
}

/** Whether a wait is longer than the model is worth where another one stands behind it. */
export function waitsTooLong({ fallbackAfterSeconds }: PinnedModel, waitMs: number): boolean {
  return waitMs > (fallbackAfterSeconds ?? DEFAULT_FALLBACK_AFTER_SECONDS) * 1000;
}

/** Since when a model's provider is waited for, in milliseconds since the epoch; undefined where it is not. */
export function pausedSince({ name }: PinnedModel, tries: readonly Try[]): number | undefined {
  return tries.find(({ model, type }) => model === name && type === 'ProviderPaused')?.at;
}

/**
 * The model of the order that is asked now: the first that was not passed over. Behind one that was too dear only a
 * cheaper one is of use, behind one that was too small only a larger one. Undefined where none is left.
 */
export function nextModel(order: readonly PinnedModel[], tries: readonly Try[]): PinnedModel | undefined {
  const passed = tries.filter((one) => one.passed);
  const passedFor = (reason: FailureType) =>
    order.filter(({ name }) => passed.some(({ model, type }) => model === name && type === reason));
  const [tooDear, tooSmall] = [passedFor('BudgetExceeded'), passedFor('InputTooLarge')];
  return order.find(
    (model) =>
      !passed.some((one) => one.model === model.name) &&
      tooDear.every((dearer) => isCheaper(model, dearer)) &&
      tooSmall.every((smaller) => roomOf(model) > roomOf(smaller)),
  );
}

function roomOf({ contextTokens = DEFAULT_CONTEXT_TOKENS }: PinnedModel): number {
  return contextTokens;
}

/** Whether a model costs less than another, whatever the share of its tokens that are output. */
function isCheaper({ price: one }: PinnedModel, { price: other }: PinnedModel): boolean {
  if (!one || !other) return false;
  return one.input <= other.input && one.output <= other.output && one.input + one.output < other.input + other.output;
}
