import { JSON_MEDIA_TYPE } from '../contracts/content';
import type { Definition, PipelineInput, Step } from '../contracts/pipeline.schema';
import type { LookUp, PinnedDefinitions } from '../contracts/step-activity';
import { layOverConfig } from '../core/graph/lay-over-config';
import type { ActivityDependencies } from './dependencies';
import type { ScopedContent } from './scoped-content';

type Found = { name: string; definition: Definition; version: string };

/** The definition that a pipeline runs, if it runs one; the steps, with the run's own settings; those that steps name. */
export type ResolvedDefinitions = { own?: Found; steps: Step[]; pinned: PinnedDefinitions };

/**
 * Finds every definition that a pipeline and the definitions in it name, in this order: what the pattern above has
 * found, what was looked up, what ships with the product. Names of no definition that is known here come back, to be
 * looked up in their registries.
 */
export async function resolveDefinitions(
  input: Pick<PipelineInput, 'definition' | 'steps' | 'config'>,
  known: PinnedDefinitions,
  content: ScopedContent,
  { definitions: shipped, store, namespace }: ActivityDependencies,
  tenant: string,
): Promise<ResolvedDefinitions | LookUp> {
  const pinned: PinnedDefinitions = {};
  const missing: string[] = [];

  const find = async (called: string): Promise<Found | undefined> => {
    const name = called.replace(/@.*/, '');
    const pin = Object.hasOwn(known, called) ? known[called] : undefined;
    if (pin) {
      const definition = (await content.load(pin.definition, 'definition')) as unknown as Definition;
      return { name, definition, version: pin.version };
    }
    const found = shipped.get(name);
    const version = called.slice(name.length + 1);
    return found?.version.startsWith(version) ? { name, ...found } : undefined;
  };

  const own = input.definition === undefined ? undefined : await find(input.definition);
  if (input.definition !== undefined && !own) return { lookUp: [input.definition] };
  const steps = layOverConfig(own?.definition.steps ?? input.steps ?? [], input.config);
  const queue = definitionNamesIn(steps);
  for (let called = queue.shift(); called !== undefined; called = queue.shift()) {
    if (Object.hasOwn(pinned, called) || missing.includes(called)) continue;
    const found = await find(called);
    if (!found) {
      missing.push(called);
      continue;
    }
    const text = Buffer.from(JSON.stringify(found.definition), 'utf8');
    const definition = await store.put({ namespace, tenant }, text, JSON_MEDIA_TYPE);
    pinned[called] = { version: found.version, definition };
    queue.push(...definitionNamesIn(found.definition.steps));
  }
  return missing.length > 0 ? { lookUp: missing } : { ...(own ? { own } : {}), steps, pinned };
}

/** Definitions that steps run as a pattern inside their own. */
export function definitionNamesIn(steps: readonly Step[]): string[] {
  const names = steps.flatMap(({ pattern, config: { definition } }) =>
    pattern === 'pipeline' && typeof definition === 'string' ? [definition] : [],
  );
  return [...new Set(names)];
}
