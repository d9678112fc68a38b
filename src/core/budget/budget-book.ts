import type { Amounts, BudgetAmounts, BudgetState } from '../../contracts/budget';
import { AMOUNTS } from '../../contracts/budget';
import { addAmounts, minusAmounts, NO_AMOUNTS, overCap } from './amounts';

/** Lines of a run's ledger, in the order in which they were written: that order alone decides what fits. */
export type LedgerLine =
  /** A call wants to leave. `key` is the same for every attempt at one request. */
  | { is: 'reserve'; id: string; key: string; step: string; model: string; worst: Amounts; scopes: LineScope[] }
  /** What it cost in the end. */
  | { is: 'settle'; id: string; actual: Amounts }
  /** Nobody knows what it cost: it counts at its worst case. */
  | { is: 'unknown'; id: string }
  /** A person has allowed more: takes the place of the caps that the scope's calls bring along. */
  | { is: 'raise'; scope: string; caps: Partial<Amounts> };

export type LineScope = { scope: string; caps: Partial<Amounts> };

/** Why a call does not fit: the scope, the amount that is short, what is left of it and what the call may need. */
export type Refusal = { scope: string; short: keyof Amounts; cap: number; left: number; needed: number };

type Held = { key: string; step: string; model: string; worst: Amounts; scopes: string[] };
type Page = BudgetAmounts & {
  caps: Partial<Amounts>;
  raised: Partial<Amounts> | undefined;
  refused: number;
  byModel: Map<string, BudgetAmounts>;
  byStep: Map<string, BudgetAmounts>;
};

/**
 * A run's ledger, made from its lines. The same lines give the same book in every process that reads them, so whoever
 * appends a line learns from the lines before it whether it counts: no lock decides, the order does.
 */
export class BudgetBook {
  private readonly pages = new Map<string, Page>();
  private readonly held = new Map<string, Held>();
  private readonly heldByKey = new Map<string, string>();

  /** Takes a line in. Returns why a reservation does not count; undefined for every other line. */
  take(line: LedgerLine): Refusal | undefined {
    if (line.is === 'reserve') return this.reserve(line);
    if (line.is === 'raise') this.raise(line.scope, line.caps);
    else this.release(line.id, line.is === 'settle' ? line.actual : undefined);
    return undefined;
  }

  /** What the budget of a scope has come to; nothing where no call has drawn on it. */
  state(scope: string): BudgetState {
    const { settled, unknown, reserved, caps, raised, refused, byModel, byStep } = this.page(scope);
    return {
      settled,
      unknown,
      reserved,
      caps: { ...caps, ...raised },
      refused,
      byModel: Object.fromEntries(byModel),
      byStep: Object.fromEntries(byStep),
    };
  }

  /** A cap is only ever raised, whoever raises it twice. */
  private raise(scope: string, caps: Partial<Amounts>): void {
    const page = this.page(scope);
    const names = AMOUNTS.filter((name) => caps[name] !== undefined);
    const highest = names.map((name) => [name, Math.max(caps[name] ?? 0, page.raised?.[name] ?? 0)] as const);
    page.raised = { ...page.raised, ...Object.fromEntries(highest) };
  }

  private reserve({ id, key, step, model, worst, scopes }: Extract<LedgerLine, { is: 'reserve' }>) {
    // An earlier attempt at the same request that never came to an end: nobody waits for it any more.
    const earlier = this.heldByKey.get(key);
    if (earlier !== undefined) this.release(earlier, undefined);
    for (const { scope, caps } of scopes) this.page(scope).caps = caps;
    for (const { scope } of scopes) {
      const refusal = this.refusalBy(scope, worst);
      if (!refusal) continue;
      for (const each of scopes) this.page(each.scope).refused += 1;
      return refusal;
    }
    this.held.set(id, { key, step, model, worst, scopes: scopes.map(({ scope }) => scope) });
    this.heldByKey.set(key, id);
    this.book(id, (amounts) => ({ ...amounts, reserved: addAmounts(amounts.reserved, worst) }));
    return undefined;
  }

  private refusalBy(scope: string, worst: Amounts): Refusal | undefined {
    const { settled, unknown, reserved, caps, raised } = this.page(scope);
    const used = [settled, unknown, reserved].reduce(addAmounts, NO_AMOUNTS);
    const inForce = { ...caps, ...raised };
    const short = overCap(addAmounts(used, worst), inForce);
    if (short === undefined) return undefined;
    const cap = inForce[short] ?? 0;
    return { scope, short, cap, left: Math.max(0, cap - used[short]), needed: worst[short] };
  }

  /** Ends a reservation; one that has ended, or never counted, changes nothing. */
  private release(id: string, actual: Amounts | undefined): void {
    const held = this.held.get(id);
    if (!held) return;
    this.book(id, ({ settled, unknown, reserved }) => ({
      reserved: minusAmounts(reserved, held.worst),
      settled: actual ? addAmounts(settled, actual) : settled,
      unknown: actual ? unknown : addAmounts(unknown, held.worst),
    }));
    this.held.delete(id);
    if (this.heldByKey.get(held.key) === id) this.heldByKey.delete(held.key);
  }

  private book(id: string, change: (amounts: BudgetAmounts) => BudgetAmounts): void {
    const { scopes, model, step } = this.held.get(id) as Held;
    for (const scope of scopes) {
      const page = this.page(scope);
      Object.assign(page, change(page));
      // Under the name that the pattern itself gave the step: no child's steps in their parent's list of parts.
      const part = step.slice(scope.length).split('/')[0] ?? step;
      page.byModel.set(model, change(page.byModel.get(model) ?? NOTHING));
      page.byStep.set(part, change(page.byStep.get(part) ?? NOTHING));
    }
  }

  private page(scope: string): Page {
    const known = this.pages.get(scope);
    if (known) return known;
    const page: Page = {
      ...NOTHING,
      caps: {},
      raised: undefined,
      refused: 0,
      byModel: new Map(),
      byStep: new Map(),
    };
    this.pages.set(scope, page);
    return page;
  }
}

const NOTHING: BudgetAmounts = { settled: NO_AMOUNTS, unknown: NO_AMOUNTS, reserved: NO_AMOUNTS };

/** A line of the file, checked: what is not one was cut short by a crash and never counted. */
export function isLedgerLine(value: unknown): value is LedgerLine {
  if (typeof value !== 'object' || value === null) return false;
  const line = value as Partial<Record<string, unknown>>;
  switch (line['is']) {
    case 'reserve':
      return typeof line['id'] === 'string' && isAmounts(line['worst']) && Array.isArray(line['scopes']);
    case 'settle':
      return typeof line['id'] === 'string' && isAmounts(line['actual']);
    case 'unknown':
      return typeof line['id'] === 'string';
    case 'raise':
      return typeof line['scope'] === 'string' && typeof line['caps'] === 'object';
    default:
      return false;
  }
}

function isAmounts(value: unknown): boolean {
  return typeof value === 'object' && value !== null && AMOUNTS.every((name) => name in value);
}
