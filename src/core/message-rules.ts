import type { FieldRule } from './check-fields';

/** Longest name of a person, and longest reason, that an approval records. */
const MAX_BY = 200;
const MAX_REASON = 2_000;
/** A path of steps, each with at most so many characters, is longer nowhere. */
const MAX_STEP = 1_000;

const decided = {
  approved: { is: 'flag' },
  by: { is: 'text', most: MAX_BY },
  reason: { is: 'text', most: MAX_REASON, optional: true },
} as const satisfies Record<string, FieldRule>;

/** The updates that people send to runs, field by field. */
export const APPROVAL_FIELDS = { step: { is: 'text', most: MAX_STEP }, ...decided } as const;
export const BUDGET_DECISION_FIELDS = { budget: { is: 'object' }, ...decided } as const;
export const CAP_FIELDS = {
  usd: { is: 'amount', whole: false, optional: true },
  tokens: { is: 'amount', whole: true, optional: true },
  calls: { is: 'amount', whole: true, optional: true },
} as const satisfies Record<string, FieldRule>;
export const RETRY_FIELDS = { step: { is: 'text', most: MAX_STEP } } as const satisfies Record<string, FieldRule>;
export const SUBSCRIPTION_NAME = { is: 'text', most: MAX_STEP } as const satisfies FieldRule;

/** JSON of one subscription. */
export const MAX_SUBSCRIPTION_BYTES = 64 * 1024;

export const LETTER_ID = { is: 'text', most: 200 } as const satisfies FieldRule;
/** Dead letters that one update may name. */
export const MAX_LETTERS = 1_000;
