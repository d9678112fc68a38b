import type { Amounts, BudgetAmounts, BudgetState } from '../../contracts/budget';
import { AMOUNTS } from '../../contracts/budget';
import type { BudgetReport } from '../../contracts/usage.schema';
import { addAmounts } from './amounts';
import type { GivenBudget } from './budget-scopes';

/** A budget as results show it: money in US dollars, and what is left of each amount that has a cap. */
export function budgetReport(state: BudgetState, given: GivenBudget): BudgetReport {
  const used = [state.settled, state.unknown, state.reserved].reduce(addAmounts);
  const { caps } = state;
  const unused = Object.fromEntries(
    AMOUNTS.flatMap((name) => (caps[name] === undefined ? [] : [[name, Math.max(0, caps[name] - used[name])]])),
  );
  return {
    caps: { ...showAmounts(caps), ...(given.seconds === undefined ? {} : { seconds: given.seconds }) },
    atCap: given.atCap,
    ...showSplit(state),
    unused: showAmounts(unused),
    refused: state.refused,
    byModel: mapValues(state.byModel, showSplit),
    byStep: mapValues(state.byStep, showSplit),
  };
}

type Shown<A> = { [Name in keyof A as Name extends 'costNanoUsd' ? 'usd' : Name]: A[Name] };

/** Amounts as people see them: money in US dollars. */
export function showAmounts<A extends Partial<Amounts>>({ costNanoUsd, ...others }: A): Shown<A> {
  return { ...(costNanoUsd === undefined ? {} : { usd: costNanoUsd / 1e9 }), ...others } as unknown as Shown<A>;
}

function showSplit({ settled, unknown, reserved }: BudgetAmounts) {
  return { settled: showAmounts(settled), unknown: showAmounts(unknown), reserved: showAmounts(reserved) };
}

function mapValues<A, B>(record: Record<string, A>, to: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, to(value)]));
}
