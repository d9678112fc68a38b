import type { z } from 'zod';
import { batchInputSchema } from './batch.schema';
import { cascadeInputSchema } from './cascade.schema';
import { chainInputSchema } from './chain.schema';
import { ensembleInputSchema } from './ensemble.schema';
import { eventRouterInputSchema } from './event-router.schema';
import { CadenzaError } from './failures';
import type { Pattern } from './names';
import { shown, suggestion } from './nearest-name';
import { pipelineInputSchema } from './pipeline.schema';
import { routeToModelInputSchema } from './route-to-model.schema';
import { treeOfThoughtInputSchema } from './tree-of-thought.schema';

const INPUT_SCHEMAS = {
  pipeline: pipelineInputSchema,
  routeToModel: routeToModelInputSchema,
  ensemble: ensembleInputSchema,
  cascade: cascadeInputSchema,
  chain: chainInputSchema,
  treeOfThought: treeOfThoughtInputSchema,
  eventRouter: eventRouterInputSchema,
  batch: batchInputSchema,
} as const satisfies Record<Pattern, z.ZodType>;

/** The normal form of each pattern's input: defaults filled in. */
export type PatternInput<P extends Pattern = Pattern> = z.output<(typeof INPUT_SCHEMAS)[P]>;

/** What a person may write: everything with a default may be left out. */
export type GivenInput<P extends Pattern = Pattern> = z.input<(typeof INPUT_SCHEMAS)[P]>;

/**
 * The input in its normal form.
 * @throws CadenzaError `InvalidInput` naming the field, the value where it is short and plain, and what is allowed.
 */
export function checkInput<P extends Pattern>(pattern: P, input: unknown): PatternInput<P> {
  return check(INPUT_SCHEMAS[pattern], input, `${pattern} input`) as PatternInput<P>;
}

/** Parses a value with any contract schema; `what` names it in the message. @throws CadenzaError `InvalidInput` */
export function check<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  const parsed = schema.safeParse(value, { error: nameUnknownKeys });
  if (parsed.success) return parsed.data;
  const issue = deepest(parsed.error.issues[0] as z.core.$ZodIssue, value);
  const field = formatPath(issue.path);
  const where = field === '' ? what : `${what}: ${field}`;
  throw new CadenzaError('InvalidInput', `${where}: ${explain(issue, value)}`, { field: field || undefined });
}

/**
 * Of a failed union, the issue of the branch that got furthest: the one that the person most likely meant. A field that is
 * missing got nowhere.
 */
function deepest(issue: z.core.$ZodIssue, root: unknown): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return issue;
  const here = valueAt(root, issue.path);
  const reached = ({ path }: z.core.$ZodIssue) => path.length - (valueAt(here, path) === undefined ? 1 : 0);
  const best = issue.errors
    .filter((branch) => branch.length > 0)
    .map((branch) => ({ issue: deepest(branch[0] as z.core.$ZodIssue, here), count: branch.length }))
    .filter((branch) => branch.issue.path.length > 0 || branch.issue.code === 'unrecognized_keys')
    .sort((a, b) => reached(b.issue) - reached(a.issue) || a.count - b.count)[0];
  return best ? { ...best.issue, path: [...issue.path, ...best.issue.path] } : issue;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((node, key) => (node as Record<PropertyKey, unknown> | undefined)?.[key], root);
}

function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index ? '.' : ''}${shown(String(part))}`))
    .join('');
}

function explain(issue: z.core.$ZodIssue, root: unknown): string {
  const value = valueAt(root, issue.path);
  const got = describe(value);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.message;
    // The path ends with the name itself.
    case 'invalid_key':
      return `is no name that is allowed here: ${issue.issues[0]?.message ?? issue.message}`;
    case 'invalid_value':
      return typeof value === 'string'
        ? `got ${got}${suggestion(value, issue.values.map(String))}`
        : `got ${got}; allowed: ${issue.values.map(String).join(', ')}`;
    case 'invalid_type':
      return value === undefined ? `is required (${issue.expected})` : `expected ${issue.expected}, got ${got}`;
    case 'invalid_union':
      return value === undefined
        ? 'is required'
        : `expected ${kindsOf(issue).join(' or ') || 'another value'}, got ${got}`;
    case 'too_small':
      return `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${unit(issue.origin)}, got ${got}`;
    case 'too_big':
      return `must be ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${unit(issue.origin)}, got ${got}`;
    default:
      return value === undefined || typeof value === 'object' ? issue.message : `${issue.message}, got ${got}`;
  }
}

/** What the branches of a union take, as far as their kinds say it. */
function kindsOf(issue: z.core.$ZodIssueInvalidUnion): string[] {
  const kinds = issue.errors.flat().map((branch) => {
    if (branch.path.length > 0) return 'object';
    if (branch.code === 'invalid_union') return kindsOf(branch);
    if (branch.code === 'invalid_value') return branch.values.map(String);
    return branch.code === 'invalid_type' ? branch.expected : [];
  });
  return [...new Set(kinds.flat())];
}

/** Only the raw issue knows the schema it came from, and so which keys there are. */
const nameUnknownKeys: z.core.$ZodErrorMap = (issue) => {
  if (issue.code !== 'unrecognized_keys') return undefined;
  const key = String(issue.keys[0]);
  const shape = (issue.inst as { _zod?: { def?: { shape?: object } } } | undefined)?._zod?.def?.shape;
  return `unknown field "${shown(key)}"${shape ? suggestion(key, Object.keys(shape)) : ''}`;
};

function unit(origin: string): string {
  return origin === 'string' ? ' characters' : origin === 'array' ? ' entries' : '';
}

/** Short plain values are shown; anything that could be a text, a document or a key is only described. */
function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return String(value);
  if (typeof value === 'string') {
    return value.length <= 40 ? `"${shown(value)}"` : `a string of ${value.length} characters`;
  }
  return Array.isArray(value) ? `a list of ${value.length}` : 'an object';
}
