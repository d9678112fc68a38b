import { check } from '../contracts/check-input.schema';
import { JSON_MEDIA_TYPE, NO_TENANT } from '../contracts/content';
import { inheritedSchema } from '../contracts/inherited.schema';
import { MAX_DEPTH } from '../contracts/limits';
import type { ModelPins } from '../contracts/model';
import { TENANT_LABEL } from '../contracts/names';
import type { InheritedContext, StoredPins } from '../contracts/step-activity';
import type { ContentStore } from '../store/content-store';
import { loadPins } from './ask-model';
import { refuse } from './check-runnable';
import type { ActivityDependencies } from './dependencies';
import type { ScopedContent } from './scoped-content';
import { scopedContent } from './scoped-content';

const PINS_INLINE_CHARACTERS = 1_500;

/** What every pattern's plan begins with: whose run it is, and its models by value. */
export type OpenPlan = { tenant: string; pins: ModelPins; content: ScopedContent; storePins(): Promise<StoredPins> };

/**
 * The tenant and the models of a run that starts, or of the pattern that starts it.
 * @throws CadenzaError `Unsupported` for a budget, which this version does not keep; `InvalidInput` where patterns start
 * each other too deep
 */
export async function openPlan(
  input: { budget?: unknown; labels?: Record<string, string> | undefined },
  inherited: InheritedContext | undefined,
  dependencies: ActivityDependencies,
): Promise<OpenPlan> {
  if (input.budget) refuse('Unsupported', 'budget', 'caps are not enforced by this version; leave the budget out');
  if (inherited !== undefined) check(inheritedSchema, inherited, 'inherited context');
  if (inherited && inherited.depth > MAX_DEPTH) {
    refuse('InvalidInput', 'steps', `patterns start each other more than ${MAX_DEPTH} deep`);
  }
  const tenant = inherited?.tenant ?? input.labels?.[TENANT_LABEL] ?? NO_TENANT;
  const content = scopedContent(dependencies.store, dependencies.namespace, tenant);
  const pins = inherited ? await loadPins(inherited.pins, tenant, dependencies) : dependencies.gateway.pins;
  const keep = async () => inherited?.pins ?? (await storePins(pins, dependencies, tenant));
  return { tenant, pins, content, storePins: keep };
}

/** Every step's activity is given the pins, so more than a few models travel as one reference. */
async function storePins(
  pins: ModelPins,
  { store, namespace }: { store: ContentStore; namespace: string },
  tenant: string,
): Promise<StoredPins> {
  const text = JSON.stringify(pins);
  if (text.length <= PINS_INLINE_CHARACTERS) return pins;
  return store.put({ namespace, tenant }, Buffer.from(text, 'utf8'), JSON_MEDIA_TYPE);
}
