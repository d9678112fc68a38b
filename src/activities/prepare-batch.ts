import { cancellationSignal } from '@temporalio/activity';
import type { BatchInput } from '../contracts/batch.schema';
import type { BatchPlan } from '../contracts/batch-messages';
import { checkInput } from '../contracts/check-input.schema';
import { isContentReference, JSON_MEDIA_TYPE } from '../contracts/content';
import type { ContentReference } from '../contracts/content';
import type { JsonObject, JsonValue } from '../contracts/json';
import { BATCH_PAGE_BYTES, BATCH_PAGE_ITEMS } from '../contracts/limits';
import type { PinnedDefinitions } from '../contracts/step-activity';
import { checkItems, itemName, splitItem } from '../core/batch/batch-items';
import { checkPattern } from './check-models';
import { namesOf, refuse } from './check-runnable';
import type { ActivityDependencies } from './dependencies';
import { createFindDefinitions } from './find-definitions';
import { openPlan } from './open-plan';

/**
 * What a batch starts with: its input checked by the client's own schema, the settings with the first item by the
 * pattern's, and everything found that they name, before anything is paid. The list is stored in pages, so that the run
 * never holds it. What is wrong with a later item is that item's failure.
 * @throws CadenzaError `InvalidInput` and whatever the pattern itself would refuse
 */
export function createPrepareBatch(dependencies: ActivityDependencies) {
  const { store, namespace } = dependencies;
  const findDefinitions = createFindDefinitions(dependencies);
  return async (given: unknown): Promise<BatchPlan> => {
    const input = checkInput('batch', given);
    if (input.budget?.atCap === 'ask') {
      refuse(
        'Unsupported',
        'budget.atCap',
        'a batch does not ask: it has stop and cheaper; its items can have budgets of their own',
      );
    }
    const { tenant, pins, shared, storePins } = await openPlan(input, undefined, dependencies);
    const put = (value: JsonValue): Promise<ContentReference> =>
      store.put({ namespace, tenant }, Buffer.from(JSON.stringify(value), 'utf8'), JSON_MEDIA_TYPE);

    const items = await itemsOf(input, (reference) => store.get({ namespace, tenant }, reference));
    checkItems(items);
    const { pattern, config, maxParallel, compare } = input;
    const first = { ...config, ...splitItem(items[0] as JsonObject).input };
    checkPattern(pattern, first, itemName(0), pins, dependencies);
    await checkExtract(compare?.extract, dependencies);

    const names = pattern === 'pipeline' ? definitionsIn(config, items) : [];
    const definitions: PinnedDefinitions = {};
    for (const name of names) {
      const shipped = dependencies.definitions.get(name);
      if (shipped) {
        const definition = await put(shipped.definition as unknown as JsonValue);
        definitions[name] = { version: shipped.version, definition };
      } else Object.assign(definitions, await findDefinitions(tenant, [name]));
    }
    const pageItems = pageItemsFor(items);
    const pages: ContentReference[] = [];
    for (let from = 0; from < items.length; from += pageItems)
      pages.push(await put(items.slice(from, from + pageItems)));
    return {
      pattern,
      config,
      items: items.length,
      pages: await put(pages),
      pageItems,
      maxParallel,
      compare: { normalise: compare?.normalise ?? 'value', ...(compare?.extract ? { extract: compare.extract } : {}) },
      tenant,
      pins: await storePins(),
      ...shared,
      ...(input.budget ? { budget: input.budget } : {}),
      ...(names.length > 0 ? { definitions } : {}),
    };
  };
}

/** The same for all pages, so that an item's page is known by its index. */
function pageItemsFor(items: readonly JsonValue[]): number {
  const mean = JSON.stringify(items).length / items.length;
  return Math.max(1, Math.min(BATCH_PAGE_ITEMS, Math.floor(BATCH_PAGE_BYTES / mean)));
}

/** What items refer to stays a reference: only the list itself is loaded. */
async function itemsOf(
  { items }: BatchInput,
  read: (reference: ContentReference) => Promise<Uint8Array>,
): Promise<JsonValue[]> {
  if (!isContentReference(items)) return items;
  const list = JSON.parse(Buffer.from(await read(items)).toString('utf8')) as JsonValue;
  return Array.isArray(list) ? list : refuse('InvalidInput', 'items', 'the stored value is no list');
}

/** Definitions that items of a pipeline run by name; found once, so that every item runs the same version. */
function definitionsIn(config: JsonObject, items: readonly JsonValue[]): string[] {
  const named = [config, ...items].map((value) => (value as JsonObject)['definition']);
  return [...new Set(named.filter((name) => typeof name === 'string'))];
}

async function checkExtract(
  extract: NonNullable<BatchInput['compare']>['extract'],
  dependencies: ActivityDependencies,
): Promise<void> {
  if (typeof extract !== 'object') return;
  if ('jsonata' in extract) namesOf(dependencies)(extract.jsonata, 'compare.extract.jsonata');
  if (!('regex' in extract)) return;
  const [outcome] = await dependencies.evaluator.evaluate([{ regex: extract.regex, text: '' }], cancellationSignal());
  if (outcome && 'problem' in outcome) refuse('InvalidInput', 'compare.extract.regex', outcome.problem);
}
