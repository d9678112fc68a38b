import type { WindowBudget } from '../../contracts/window-budget';
import { isoTime } from '../iso-time';
import type { Refusal } from './budget-book';

/** Why a call did not leave, in words: what it may need, what is left, and of which budget. */
export function describeRefusal({ scope, short, cap, left, needed }: Refusal, model: string): string {
  const of = scope === '' ? 'the budget of the run' : `the budget of ${scope.replace(/\/$/, '')}`;
  return `a call of ${model} may need ${shownAmount(short, needed)}, and ${shownAmount(short, left)} of ${shownAmount(short, cap)} are left in ${of}`;
}

/** As describeRefusal, of a budget by label and window. */
export function describeWindowRefusal(
  {
    budget,
    short,
    left,
    needed,
    opensAt,
  }: { budget: WindowBudget; opensAt: number } & Pick<Refusal, 'short' | 'left' | 'needed'>,
  model: string,
): string {
  const cap = shownAmount(short, budget.caps[short] ?? 0);
  return `a call of ${model} may need ${shownAmount(short, needed)}, and ${shownAmount(short, left)} of ${cap} are left in the budget ${budget.name}; its next window starts at ${isoTime(opensAt)}`;
}

/** The field of the input that holds the cap: `budget`, behind the path of the pattern that has it. */
export function budgetField(scope: string): string {
  return `${scope}budget`;
}

/** The scope whose cap a field names; undefined where it is no such field. */
export function scopeOfField(field: string | undefined): string | undefined {
  return field?.endsWith('budget') ? field.slice(0, -'budget'.length) : undefined;
}

/** An amount in words: `1 call`, `0.05 USD`. */
export function shownAmount(name: Refusal['short'], amount: number): string {
  if (name !== 'costNanoUsd') return `${amount} ${amount === 1 ? name.slice(0, -1) : name}`;
  return `${(amount / 1e9).toFixed(9).replace(/0{1,7}$/, '')} USD`;
}
