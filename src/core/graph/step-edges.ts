import type { InputMapping } from '../../contracts/input-mapping.schema';
import type { Step } from '../../contracts/pipeline.schema';
import type { Reference } from '../references';
import { parseReference } from '../references';

/** The reference behind an input mapping, or undefined for a literal (and for text that is no reference). */
export function referenceOf(mapping: InputMapping): Reference | undefined {
  return typeof mapping === 'string' ? parseReference(mapping) : undefined;
}

/** A step as far as it decides what waits for what. */
export type StepEdges = Pick<Step, 'inputs' | 'dependsOn' | 'forEach'>;

/**
 * Names of the steps that a step waits for, each once, in the order they are mentioned: in its inputs, in the list it
 * runs over, in its condition (whose names the caller has found), in `dependsOn`.
 */
export function parentsOf(step: StepEdges, conditionNames: readonly string[] = []): string[] {
  const mappings = [...Object.values(step.inputs), ...(step.forEach ? [step.forEach.items] : [])];
  const mentioned = mappings.flatMap((mapping) => referenceOf(mapping)?.root ?? []);
  const own = ['input', ...(step.forEach ? [step.forEach.as, 'index'] : [])];
  return [...new Set([...mentioned, ...conditionNames, ...step.dependsOn])].filter((name) => !own.includes(name));
}
