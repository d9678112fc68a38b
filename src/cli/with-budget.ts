import { CadenzaError } from '../contracts/failures';
import type { JsonValue } from '../contracts/json';
import { shown } from '../contracts/nearest-name';

/** What `--budget` does, as the help of a command says it. */
export const BUDGET_HELP = 'stop before a call that could bring the cost over this: US dollars, such as 0.50';

/**
 * The input with the cap of `--budget USD` in it; what else its budget says stays.
 * @throws CadenzaError `InvalidInput` for what is no amount of money
 */
export function withBudget<I>(input: I, usd: string | undefined): I {
  if (usd === undefined) return input;
  const cap = usdOf(usd);
  const given = (input ?? {}) as { budget?: JsonValue };
  const others = typeof given.budget === 'object' && given.budget !== null ? given.budget : {};
  return { ...(input as object), budget: { ...others, usd: cap } } as I;
}

/** An amount of money as a person gives it. @throws CadenzaError `InvalidInput` */
export function usdOf(usd: string, option = 'budget'): number {
  const cap = /^\$?\d+(\.\d+)?$/.test(usd.trim()) ? Number(usd.trim().replace('$', '')) : Number.NaN;
  if (!(cap > 0)) {
    throw new CadenzaError(
      'InvalidInput',
      `--${option}: expected an amount in US dollars such as 0.50, got "${shown(usd)}"`,
      { field: option },
    );
  }
  return cap;
}
