import type { InputMapping, Step } from '../../contracts/pipeline.schema';
import type { Reference } from '../references';
import { parseReference } from '../references';

/** The reference behind an input mapping, or undefined for a literal (and for text that is no reference). */
export function referenceOf(mapping: InputMapping): Reference | undefined {
  return typeof mapping === 'string' ? parseReference(mapping) : undefined;
}

/** Names of the steps that a step waits for, each once, in the order they are mentioned. */
export function parentsOf(step: Pick<Step, 'inputs' | 'dependsOn'>): string[] {
  const mentioned = Object.values(step.inputs).flatMap((mapping) => referenceOf(mapping)?.root ?? []);
  return [...new Set([...mentioned, ...step.dependsOn])].filter((name) => name !== 'input');
}
