import type { Pattern } from '../contracts/names';
import { shown } from '../contracts/nearest-name';

/** For the Temporal UI: what runs on what. A file's name, never its content. */
export function runSummary(pattern: Pattern, input: unknown): string {
  const {
    definition,
    input: value,
    pattern: inner,
  } = input as { definition?: string; input?: { name?: unknown } | null; pattern?: Pattern };
  if (pattern === 'batch' && inner !== undefined) return `batch: ${inner}`;
  const name = typeof value?.name === 'string' ? `: ${shown(value.name)}` : '';
  return `${definition === undefined ? pattern : shown(definition)}${name}`;
}
