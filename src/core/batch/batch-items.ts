import { CadenzaError } from '../../contracts/failures';
import type { JsonObject, JsonValue } from '../../contracts/json';
import { MAX_BATCH_ITEMS } from '../../contracts/limits';
import { shown } from '../../contracts/nearest-name';

/** Longest id of an item. */
const MAX_ID = 200;

/** An item with what is not laid over `config` taken off. */
export type SplitItem = { id?: string; expected?: JsonValue; input: JsonObject };

/** Takes `id` and `expected` off an item. A number is an id too. */
export function splitItem({ id, expected, ...input }: JsonObject): SplitItem {
  return {
    ...(id === undefined ? {} : { id: String(id as string | number) }),
    ...(expected === undefined ? {} : { expected }),
    input,
  };
}

/**
 * That a list can be a batch: objects, not too many, ids that are short and differ. `nameOf` says how an item is called
 * in a message. @throws CadenzaError `InvalidInput`
 */
export function checkItems(items: readonly unknown[], nameOf: (item: number) => string = itemName): void {
  if (items.length === 0) refuse('items', 'there is no item');
  if (items.length > MAX_BATCH_ITEMS) refuse('items', `${items.length} items, at most ${MAX_BATCH_ITEMS}`);
  const seen = new Map<string, number>();
  items.forEach((item, index) => {
    const name = nameOf(index);
    if (typeof item !== 'object' || item === null || Array.isArray(item)) refuse(name, 'expected an object');
    const { id } = item as JsonObject;
    if (id === undefined) return;
    if (typeof id !== 'string' && typeof id !== 'number') refuse(`${name}.id`, 'expected a text or a number');
    const text = String(id as string | number);
    if (text === '' || text.length > MAX_ID) refuse(`${name}.id`, `expected 1 to ${MAX_ID} characters`);
    const before = seen.get(text);
    if (before !== undefined) refuse(`${name}.id`, `"${shown(text)}" is the id of ${nameOf(before)} already`);
    seen.set(text, index);
  });
}

/** How an item is called where it has no id. */
export function itemName(item: number): string {
  return `items[${item}]`;
}

/** The part of a batch's Workflow Id that its child for an item adds, and what names the item in the journal. */
export function itemPath(item: number): string {
  return `item-${item}`;
}

function refuse(field: string, message: string): never {
  throw new CadenzaError('InvalidInput', `${field}: ${message}`, { field });
}
