import type { Pattern } from '../contracts/names';
import { shown } from '../contracts/nearest-name';

/** Names that a summary holds before it says how many more there are. */
const MOST_NAMES = 6;

type Given = Record<string, unknown>;

/** For the Temporal UI: what runs on what, by the names that its input has. A file's name, never its content. */
export function runSummary(pattern: Pattern, input: unknown): string {
  const given = input as Given;
  const file = (given['input'] as { name?: unknown } | null | undefined)?.name;
  const name = typeof file === 'string' ? shown(file) : undefined;
  const { definition } = given;
  if (typeof definition === 'string') return `${shown(definition)}${name === undefined ? '' : `: ${name}`}`;
  const facts = factsOf(pattern, given);
  return `${pattern}${name === undefined ? '' : ` of ${name}`}${facts === '' ? '' : `: ${facts}`}`;
}

function factsOf(pattern: Pattern, given: Given): string {
  const task = typeof given['task'] === 'string' ? given['task'] : '';
  switch (pattern) {
    case 'pipeline':
      return names(
        list(given['steps']).map(({ name }) => name),
        ', ',
      );
    case 'chain':
      return names(
        list(given['steps']).map(({ name }) => name),
        ' → ',
      );
    case 'cascade':
      return `${task}, ${names(
        list(given['stages']).map(({ model }) => model),
        ' → ',
      )}`;
    case 'ensemble':
      return `${task}, ${names(list(given['members']).map(memberName), ', ')}`;
    case 'routeToModel':
      return task;
    case 'treeOfThought':
      return `${text(given['search'], 'bfs')}, ${text(given['numBranches'], '3')} branches, depth ${text(given['depth'], '3')}`;
    case 'eventRouter':
      return names(
        list(given['subscriptions']).map(({ on }) => on),
        ', ',
      );
    case 'batch':
      return text(given['pattern'], '');
  }
}

function memberName(member: Given): unknown {
  const samples = typeof member['samples'] === 'number' && member['samples'] > 1 ? ` × ${member['samples']}` : '';
  const name = member['model'] ?? member['pattern'];
  return typeof name === 'string' ? `${name}${samples}` : undefined;
}

/** Entries as objects: a name alone is a model's. */
function list(value: unknown): Given[] {
  return Array.isArray(value)
    ? value.map((one: unknown) => (typeof one === 'string' ? { model: one } : (one as Given)))
    : [];
}

function names(found: readonly unknown[], between: string): string {
  const told = found.slice(0, MOST_NAMES).map((name) => shown(String(name ?? '?'), 40));
  const more = found.length > MOST_NAMES ? `${between}${found.length - MOST_NAMES} more` : '';
  return told.join(between) + more;
}

function text(value: unknown, otherwise: string): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : otherwise;
}
