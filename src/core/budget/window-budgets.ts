import type { WindowBudgetConfig } from '../../contracts/window-budget.schema';
import type { LedgerSubject, WindowBudget, WindowKind } from '../../contracts/window-budget';
import { WINDOWS } from '../../contracts/window-budget';
import { capsOf } from './budget-scopes';

/** The labels of a run that some budget is about; undefined where there is none. */
export function labelsWithBudget(
  configs: readonly WindowBudgetConfig[],
  labels: Readonly<Record<string, string>> | undefined,
): Record<string, string> | undefined {
  const kept = Object.entries(labels ?? {}).filter(([name]) => configs.some(({ label }) => label === name));
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

/**
 * The budgets that a run falls under by its labels. A line about one value takes the place of the line about every value
 * of the same label and window.
 */
export function budgetsOf(
  configs: readonly WindowBudgetConfig[],
  labels: Readonly<Record<string, string>> | undefined,
): WindowBudget[] {
  return configs.flatMap((config) => {
    const { label, window, atCap } = config;
    const value = labels && Object.hasOwn(labels, label) ? labels[label] : undefined;
    if (value === undefined || value === '' || (config.value !== undefined && config.value !== value)) return [];
    const isForOne = (other: WindowBudgetConfig) =>
      other.label === label && other.window === window && other.value === value;
    if (config.value === undefined && configs.some(isForOne)) return [];
    return [{ name: windowName({ label, value, window }), label, value, window, caps: capsOf(config), atCap }];
  });
}

/** The label of what providers are asked for a minute; no label of a run can be called so. */
export const PROVIDER_LABEL = '@provider';

/** The tokens that a provider is asked for within a minute, over all Workers: kept as budgets are. */
export function providerTokens(provider: string, tokens: number): WindowBudget {
  const subject: LedgerSubject = { label: PROVIDER_LABEL, value: provider, window: 'minute' };
  return { ...subject, name: windowName(subject), caps: { tokens }, atCap: 'wait' };
}

/** What messages and lists call the budget of a value: `tenant=acme/day`. */
export function windowName({ label, value, window }: LedgerSubject): string {
  return `${label}=${value}/${window}`;
}

/** The field that a refusal by a budget of a window names. */
export function windowField(name: string): string {
  return `${PREFIX}${name}`;
}

/** The budget that a field is about; undefined where it is no such field. */
export function windowOfField(field: string | undefined): { name: string; window: WindowKind } | undefined {
  if (field === undefined || !field.startsWith(PREFIX)) return undefined;
  const name = field.slice(PREFIX.length);
  const window = WINDOWS.find((kind) => name.endsWith(`/${kind}`));
  return window === undefined ? undefined : { name, window };
}

const PREFIX = 'budgets.';
