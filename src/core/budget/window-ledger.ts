import type { Amounts } from '../../contracts/budget';
import { AMOUNTS } from '../../contracts/budget';
import type { HolderReport, Lease, LeaseRequest, LedgerSubject, WindowState } from '../../contracts/window-budget';
import { addAmounts, minusAmounts, NO_AMOUNTS } from './amounts';
import { windowAt } from './windows';

/** What a Worker was granted in a window, and what it says has become of that. */
type Holder = { granted: Amounts; used: Amounts; returned: Amounts; number: number; last?: Lease };

type Page = { start: number; end: number; caps: Partial<Amounts>; holders: Record<string, Holder>; refused: number };

/** The ledger of one budget: the window that is open, and the one before, in which calls may still be out. */
export type WindowLedger = { subject: LedgerSubject; pages: Page[] };

/** Workers of one window whose part is fully used share one entry, so that restarts do not make the ledger grow. */
const FORMER = '';

/** Of what is left, the part that one Worker is given at once where nobody needs more. */
const SHARE = 4;

export function newWindowLedger(subject: LedgerSubject): WindowLedger {
  return { subject, pages: [] };
}

/**
 * Grants what is needed, and of what is wanted beyond it a share of what is left: large blocks while much is left, small
 * ones near the cap. What is granted and not returned never comes to more than the caps, whoever dies with it.
 */
export function lease(
  ledger: WindowLedger,
  request: LeaseRequest,
  now: number,
): { ledger: WindowLedger; lease: Lease } {
  const { holder: name, number, needed, wanted, caps } = request;
  const reported = request.reports.reduce(report, ledger);
  const { opened, page } = open(reported, now);
  const holder = page.holders[name] ?? NEW_HOLDER;
  if (holder.last && holder.number >= number) return { ledger: opened, lease: holder.last };
  const left = leftOf(page, caps);
  const fits = AMOUNTS.every((amount) => caps[amount] === undefined || needed[amount] <= left[amount]);
  const share = SHARE * Math.max(1, Object.keys(page.holders).filter((one) => one !== FORMER).length);
  const granted = mapAmounts((amount) => {
    if (!fits || caps[amount] === undefined) return 0;
    return Math.max(needed[amount], Math.min(wanted[amount], Math.floor(left[amount] / share)));
  });
  const answer: Lease = {
    start: page.start,
    end: page.end,
    endsInMs: Math.max(0, page.end - now),
    granted,
    left: minusAmounts(left, granted),
  };
  const next = { ...holder, granted: addAmounts(holder.granted, granted), number, last: answer };
  const counted = { ...page, caps, holders: { ...page.holders, [name]: next }, refused: page.refused + (fits ? 0 : 1) };
  return { ledger: withPage(opened, counted), lease: answer };
}

/** Takes in what a Worker says of its part of a window. Of what it was not granted it can return nothing. */
export function report(ledger: WindowLedger, { holder: name, start, used, returned }: HolderReport): WindowLedger {
  const page = ledger.pages.find((one) => one.start === start);
  const holder = page?.holders[name];
  if (!page || !holder || name === FORMER) return ledger;
  const next = {
    ...holder,
    used: mapAmounts((amount) => Math.max(holder.used[amount], used[amount])),
    returned: mapAmounts((amount) =>
      Math.max(holder.returned[amount], Math.min(returned[amount], holder.granted[amount])),
    ),
  };
  return withPage(ledger, { ...page, holders: { ...page.holders, [name]: next } });
}

/** A Worker that has ended and has used up or returned its part of every window: only what it used is kept. */
export function leave(ledger: WindowLedger, name: string): WindowLedger {
  const pages = ledger.pages.map((page) => {
    const { [name]: holder, ...holders } = page.holders;
    if (!holder || name === FORMER) return page;
    const former = page.holders[FORMER] ?? NEW_HOLDER;
    const part = committed(holder);
    const used = addAmounts(former.used, holder.used);
    return {
      ...page,
      holders: { ...holders, [FORMER]: { ...former, granted: addAmounts(former.granted, part), used } },
    };
  });
  return { ...ledger, pages };
}

/** The windows that the ledger knows of, the open one last: as it was left where nobody has drawn on it since. */
export function windowStates({ subject, pages }: WindowLedger): WindowState[] {
  return pages.map((page) => {
    const { start, end, caps, refused } = page;
    const spent = Object.values(page.holders)
      .map(({ used }) => used)
      .reduce(addAmounts, NO_AMOUNTS);
    const all = totalOf(page);
    const left = Object.fromEntries(
      AMOUNTS.flatMap((name) => (caps[name] === undefined ? [] : [[name, Math.max(0, caps[name] - all[name])]])),
    );
    return { ...subject, start, end, caps, spent, leased: minusAmounts(all, spent), left, refused };
  });
}

/** Whether a message is what it should be: a ledger is a Workflow, and any client can write to it. */
export function isLeaseRequest(value: unknown): value is LeaseRequest {
  if (!isRecord(value) || !isHolder(value['holder']) || !isAmount(value['number'])) return false;
  const { caps, needed, wanted, reports } = value;
  const areCaps = isRecord(caps) && AMOUNTS.every((name) => caps[name] === undefined || isAmount(caps[name]));
  return areCaps && isAmounts(needed) && isAmounts(wanted) && Array.isArray(reports) && reports.every(isHolderReport);
}

/** As isLeaseRequest. */
export function isHolderReport(value: unknown): value is HolderReport {
  if (!isRecord(value) || !isHolder(value['holder']) || !isAmount(value['start'])) return false;
  return isAmounts(value['used']) && isAmounts(value['returned']);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isHolder(value: unknown): boolean {
  return typeof value === 'string' && value !== FORMER && value.length <= 200;
}

function isAmount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isAmounts(value: unknown): boolean {
  return isRecord(value) && AMOUNTS.every((name) => isAmount(value[name]));
}

/** The window of a time, opened where it is new. Windows before the last one are of the past. */
function open(ledger: WindowLedger, now: number): { opened: WindowLedger; page: Page } {
  const latest = ledger.pages.at(-1);
  const { start, end } = windowAt(ledger.subject.window, now);
  // A clock that was set back opens no window anew.
  if (latest && latest.start >= start) return { opened: ledger, page: latest };
  const page: Page = { start, end, caps: {}, holders: {}, refused: 0 };
  return { opened: { ...ledger, pages: [...ledger.pages.slice(-1), page] }, page };
}

function withPage(ledger: WindowLedger, page: Page): WindowLedger {
  return { ...ledger, pages: ledger.pages.map((one) => (one.start === page.start ? page : one)) };
}

function leftOf(page: Page, caps: Partial<Amounts>): Amounts {
  const all = totalOf(page);
  return mapAmounts((name) => Math.max(0, (caps[name] ?? all[name]) - all[name]));
}

function totalOf(page: Page): Amounts {
  return Object.values(page.holders).map(committed).reduce(addAmounts, NO_AMOUNTS);
}

/** What counts against the cap: what was granted and has not come back, and never less than what was used. */
function committed({ granted, returned, used }: Holder): Amounts {
  return mapAmounts((name) => Math.max(granted[name] - returned[name], used[name]));
}

function mapAmounts(of: (name: keyof Amounts) => number): Amounts {
  return { costNanoUsd: of('costNanoUsd'), tokens: of('tokens'), calls: of('calls') };
}

const NEW_HOLDER: Holder = { granted: NO_AMOUNTS, used: NO_AMOUNTS, returned: NO_AMOUNTS, number: 0 };
