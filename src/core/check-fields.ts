import { shown, suggestion } from '../contracts/nearest-name';

/** What a field of a message must be. A text has a visible character, and at most so many in all. */
export type FieldRule = { optional?: true } & (
  | { is: 'text'; most: number }
  | { is: 'flag' }
  | { is: 'amount'; whole: boolean }
  | { is: 'object' }
);

/** What is wrong with a message, in words for whoever sent it. */
export type FieldProblem = { field: string; message: string };

/**
 * The first thing that is wrong with the argument of a message, which may be anything: anyone can send one. Small enough
 * for Workflows, which have no schemas.
 */
export function fieldProblem(
  given: unknown,
  what: string,
  rules: Readonly<Record<string, FieldRule>>,
): FieldProblem | undefined {
  if (!isRecord(given)) return { field: what, message: `expected an object, got ${called(given)}` };
  const names = Object.keys(rules);
  for (const [name, rule] of Object.entries(rules)) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined && rule.optional) continue;
    const message = valueProblem(value, rule);
    if (message !== undefined) return { field: name, message };
  }
  const unknown = Object.keys(given).find((name) => !names.includes(name) && given[name] !== undefined);
  return unknown === undefined
    ? undefined
    : { field: shown(unknown), message: `is no field of ${what}${suggestion(unknown, names)}` };
}

/** What is wrong with one value, or undefined. */
export function valueProblem(value: unknown, rule: FieldRule): string | undefined {
  const expected = {
    text: () => typeof value === 'string' && value.trim() !== '' && value.length <= (rule as { most: number }).most,
    flag: () => typeof value === 'boolean',
    amount: () =>
      typeof value === 'number' &&
      ((rule as { whole: boolean }).whole ? Number.isSafeInteger(value) : Number.isFinite(value)) &&
      value > 0,
    object: () => isRecord(value),
  }[rule.is];
  return expected() ? undefined : `expected ${allowed(rule)}, got ${called(value)}`;
}

/** A value from outside, short and harmless, as messages show it. */
export function called(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') {
    return value.length > 60 ? `a text of ${value.length} characters` : `"${shown(value)}"`;
  }
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

function allowed(rule: FieldRule): string {
  if (rule.is === 'text') return `a text of 1 to ${rule.most} characters`;
  if (rule.is === 'flag') return 'true or false';
  if (rule.is === 'object') return 'an object';
  return rule.whole ? 'a whole number above 0' : 'a number above 0';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
