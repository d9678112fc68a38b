import type { BatchItem, BatchPages, BatchPlan, ItemRecord, SettledItem } from '../contracts/batch-messages';
import type { ContentReference } from '../contracts/content';
import { isContentReference } from '../contracts/content';
import type { JsonObject, JsonValue } from '../contracts/json';
import { splitItem } from '../core/batch/batch-items';
import type { SplitItem } from '../core/batch/batch-items';
import { answerKey } from '../core/votes/answer-key';
import { plainAnswer } from '../core/votes/counted-output';
import { countAnswer, shortKey } from './count-answer';
import type { ActivityDependencies } from './dependencies';
import { scopedContent } from './scoped-content';
import type { ScopedContent } from './scoped-content';

/** JSON bytes of an item's `input`, and of its output, that stay in place: a page of them must be small together. */
const INPUT_BYTES = 512;
const OUTPUT_BYTES = 1024;

/** JSON bytes of items that are loaded together; the first one always is. */
const LOADED_BYTES = 256 * 1024;

/** JSON bytes of all results that stay in place. */
const RESULTS_BYTES = 8 * 1024;

/** The items of a page from one on, with long texts as references. */
export function createLoadItems(dependencies: ActivityDependencies) {
  return async (plan: BatchPages & Pick<BatchPlan, 'pattern'>, from: number): Promise<BatchItem[]> => {
    const content = contentOf(plan, dependencies);
    const page = await pageOf(plan, from, content);
    const loaded: BatchItem[] = [];
    let bytes = 0;
    for (let item = from; item % plan.pageItems !== 0 || item === from; item += 1) {
      const given = page[item % plan.pageItems];
      if (given === undefined) break;
      const { id, expected, input } = splitItem(given);
      const own = Object.hasOwn(input, 'input') ? { input: await small(input['input'], content) } : {};
      // An ensemble says of its own members who was right.
      const known =
        plan.pattern === 'ensemble' && expected !== undefined ? { expected: await small(expected, content) } : {};
      const whole: BatchItem = {
        item,
        ...(id === undefined ? {} : { id }),
        input: { ...input, ...own, ...known },
        labelled: expected !== undefined,
      };
      bytes += JSON.stringify(whole).length;
      if (loaded.length > 0 && bytes > LOADED_BYTES) break;
      loaded.push(whole);
    }
    return loaded;
  };
}

/** An item's output, small; where its right answer is known, whether it counts as the same. */
export function createSettleItem(dependencies: ActivityDependencies) {
  return async (
    plan: BatchPages & Pick<BatchPlan, 'compare'>,
    item: number,
    output: JsonValue,
  ): Promise<SettledItem> => {
    const content = contentOf(plan, dependencies);
    const { expected } = await itemOf(plan, item, content);
    const kept = await content.shrink(output, OUTPUT_BYTES);
    if (expected === undefined) return { output: kept };
    const loaded = await content.load(output, 'output');
    const options = { content, result: loaded, limit: OUTPUT_BYTES };
    const counted = await countAnswer(answerIn(loaded, plan.compare), plan.compare, options, dependencies);
    const right = answerKey(expected, plan.compare.normalise);
    return {
      output: kept,
      correct: counted.status === 'valid' && right !== undefined && counted.key === shortKey(right),
    };
  };
}

/** All records by item, with what the list knows of each; as one reference where that is long. */
export function createGatherItems(dependencies: ActivityDependencies) {
  return async (plan: BatchPages, chunks: ContentReference[], records: ItemRecord[]): Promise<JsonValue> => {
    const content = contentOf(plan, dependencies);
    const all = [...records];
    for (const chunk of chunks) all.push(...((await readJson(chunk, content)) as unknown as ItemRecord[]));
    all.sort((a, b) => a.item - b.item);
    const results: JsonValue[] = [];
    let page: JsonObject[] = [];
    let pageNumber = -1;
    for (const { item, ...record } of all) {
      if (Math.floor(item / plan.pageItems) !== pageNumber) {
        pageNumber = Math.floor(item / plan.pageItems);
        page = await pageOf(plan, item, content);
      }
      const { id, expected } = splitItem(page[item % plan.pageItems] ?? {});
      results.push({
        item,
        ...(id === undefined ? {} : { id }),
        ...(record as unknown as JsonObject),
        ...(expected === undefined ? {} : { expected }),
      });
    }
    return content.shrink(results, RESULTS_BYTES);
  };
}

/** What of an output an answer is taken from: its text or prediction, or all of it where a field of it is asked for. */
function answerIn(output: JsonValue, { extract }: BatchPlan['compare']): JsonValue {
  const isText = typeof output === 'object' && output !== null && Object.hasOwn(output, 'text');
  const wantsWhole = extract === 'json' || (typeof extract === 'object' && !('regex' in extract));
  return wantsWhole && !isText ? output : (plainAnswer(output) ?? output);
}

function contentOf({ tenant }: Pick<BatchPlan, 'tenant'>, { store, namespace }: ActivityDependencies): ScopedContent {
  return scopedContent(store, namespace, tenant);
}

async function itemOf(plan: BatchPages, item: number, content: ScopedContent): Promise<SplitItem> {
  const page = await pageOf(plan, item, content);
  return splitItem(page[item % plan.pageItems] ?? {});
}

async function pageOf(plan: BatchPages, item: number, content: ScopedContent): Promise<JsonObject[]> {
  const index = (await readJson(plan.pages, content)) as unknown as ContentReference[];
  const page = index[Math.floor(item / plan.pageItems)];
  return page === undefined ? [] : ((await readJson(page, content)) as unknown as JsonObject[]);
}

async function readJson(reference: ContentReference, content: ScopedContent): Promise<JsonValue> {
  return JSON.parse(Buffer.from(await content.read(reference)).toString('utf8')) as JsonValue;
}

async function small(value: JsonValue | undefined, content: ScopedContent): Promise<JsonValue> {
  if (value === undefined || value === null || isContentReference(value)) return value ?? null;
  return content.shrink(value, INPUT_BYTES);
}
