import { check } from '../contracts/check-input.schema';
import { JSON_MEDIA_TYPE, NO_TENANT } from '../contracts/content';
import { inheritedSchema } from '../contracts/inherited.schema';
import { MAX_DEPTH } from '../contracts/limits';
import type { ModelPins } from '../contracts/model';
import { TENANT_LABEL } from '../contracts/names';
import type { SearchFacts } from '../contracts/search-attributes';
import type { InheritedContext, ModelQueues, SharedPlan, StoredPins } from '../contracts/step-activity';
import type { ContentStore } from '../store/content-store';
import type { Budget } from '../contracts/common.schema';
import { pricedOnly } from '../core/pick-model';
import { loadPins } from './ask-model';
import { refuse } from './check-runnable';
import type { ActivityDependencies } from './dependencies';
import { queueOf } from './provider-turn';
import type { ScopedContent } from './scoped-content';
import { scopedContent } from './scoped-content';

const PINS_INLINE_CHARACTERS = 1_500;

/** What every pattern's plan begins with: whose run it is, and its models by value. */
export type OpenPlan = {
  tenant: string;
  pins: ModelPins;
  content: ScopedContent;
  /** What every plan may hold: to be spread into it. */
  shared: SharedPlan;
  storePins(): Promise<StoredPins>;
};

/**
 * The tenant and the models of a run that starts, or of the pattern that starts it.
 * @throws CadenzaError `InvalidInput` where patterns start each other too deep; `Unsupported` for what a budget can not do
 */
export async function openPlan(
  input: { budget?: Budget | undefined; labels?: Record<string, string> | undefined },
  inherited: InheritedContext | undefined,
  dependencies: ActivityDependencies,
): Promise<OpenPlan> {
  checkBudget(input.budget);
  if (inherited !== undefined) check(inheritedSchema, inherited, 'inherited context');
  if (inherited && inherited.depth > MAX_DEPTH) {
    refuse('InvalidInput', 'steps', `patterns start each other more than ${MAX_DEPTH} deep`);
  }
  const tenant = inherited?.tenant ?? input.labels?.[TENANT_LABEL] ?? NO_TENANT;
  const content = scopedContent(dependencies.store, dependencies.namespace, tenant);
  const all = inherited ? await loadPins(inherited.pins, tenant, dependencies) : dependencies.gateway.pins;
  const labels = inherited ? inherited.journal.labels : dependencies.windowBudgets?.labelsOf(input.labels);
  const windows = dependencies.windowBudgets?.budgetsOf(labels) ?? [];
  const needPrices = input.budget?.usd !== undefined || windows.some(({ caps }) => caps.costNanoUsd !== undefined);
  const pins = needPrices ? pricedOnly(all) : all;
  const queues = queuesOf(pins, dependencies);
  const shared = {
    ...(labels ? { budgetLabels: labels } : {}),
    ...(queues ? { queues } : {}),
    ...(inherited ? {} : await searchFacts(input, dependencies)),
  };
  const keep = async () => (pins === all && inherited?.pins) || storePins(pins, dependencies, tenant);
  return { tenant, pins, content, shared, storePins: keep };
}

/** What a run that nothing else started is found by, where the namespace has the attributes. Labels are readable there. */
export async function searchFacts(
  { labels = {} }: { labels?: Record<string, string> | undefined },
  { search }: Pick<ActivityDependencies, 'search'>,
): Promise<{ search?: SearchFacts }> {
  if (!(await search.isReady())) return {};
  const shown = search.showsLabels ? Object.entries(labels).map(([key, value]) => `${key}=${value}`) : [];
  return { search: { labels: shown } };
}

/** Where calls of these models go, as the registry of this Worker has it. */
function queuesOf({ models }: ModelPins, { gateway }: ActivityDependencies): ModelQueues | undefined {
  const queues: ModelQueues = {};
  for (const { name, provider } of Object.values(models)) {
    const queue = queueOf(provider, gateway.limitsOf(provider));
    if (queue !== undefined) (queues[queue] ??= []).push(name);
  }
  return Object.keys(queues).length > 0 ? queues : undefined;
}

/** A run's own cap is one amount for its whole life: there is no next window to wait for. */
function checkBudget(budget: Budget | undefined): void {
  if (budget?.atCap === 'wait') {
    refuse('InvalidInput', 'budget.atCap', 'wait is for budgets by label and window; a run has stop, cheaper and ask');
  }
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
