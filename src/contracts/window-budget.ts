import type { Amounts } from './budget';

/** Windows of a budget, all in UTC: a week begins on Monday. */
export const WINDOWS = ['minute', 'hour', 'day', 'week', 'month'] as const;
export type WindowKind = (typeof WINDOWS)[number];

/** What happens where the next call could cost more than is left of a window. */
export const WINDOW_AT_CAP = ['stop', 'cheaper', 'wait'] as const;
export type WindowAtCap = (typeof WINDOW_AT_CAP)[number];

/** One value's budget of one window. `name` is what messages call it: `tenant=acme/day`. */
export type WindowBudget = {
  name: string;
  label: string;
  value: string;
  window: WindowKind;
  caps: Partial<Amounts>;
  atCap: WindowAtCap;
};

/** What a ledger is about: a part of its name, and what it is started with. */
export type LedgerSubject = Pick<WindowBudget, 'label' | 'value' | 'window'>;

/**
 * What a Worker has come to in the window that starts at `start`, since its own start: what its calls have used, and what
 * it has given back of what it was granted. Never less than it said before, so that a repeat changes nothing.
 */
export type HolderReport = { holder: string; start: number; used: Amounts; returned: Amounts };

/** What a Worker has to say between its requests; `leaving`: it says no more after it. */
export type LedgerReport = { reports: HolderReport[]; leaving?: string };

/** A Worker asks for more. `number` counts its requests, so that a repeat gets the same answer. */
export type LeaseRequest = {
  holder: string;
  number: number;
  caps: Partial<Amounts>;
  /** Less is of no use. All zero: nobody waits for it. */
  needed: Amounts;
  /** As much would be good. */
  wanted: Amounts;
  reports: HolderReport[];
};

/** What came of it: nothing granted where less than needed is left. `endsInMs` counts from the answer on. */
export type Lease = { start: number; end: number; endsInMs: number; granted: Amounts; left: Amounts };

/** What a ledger says of a window: what was used, what Workers hold or have lost, and with `left` it makes up the cap. */
export type WindowState = LedgerSubject & {
  start: number;
  end: number;
  caps: Partial<Amounts>;
  spent: Amounts;
  leased: Amounts;
  left: Partial<Amounts>;
  refused: number;
};
