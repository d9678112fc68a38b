import type { JsonObject, JsonValue } from '../contracts/json';
import { fillTemplate, placeholdersOf } from '../core/prompts/template';
import type { ScopedContent } from './scoped-content';

/**
 * A template filled from values that may be in the content store, as the template itself may: only what its placeholders
 * name is loaded. What was filled in is text from then on, never a template or a reference. `field` names it in messages.
 * @throws CadenzaError `InvalidInput`, `MissingField` as {@link fillTemplate}, `ContentMissing`
 */
export async function fillStored(
  template: JsonValue,
  values: JsonObject,
  content: ScopedContent,
  field: string,
): Promise<string> {
  const text = String(await content.load(template, field));
  const names = new Set(placeholdersOf(text, field).map(({ reference }) => reference.root));
  const entries = Object.entries(values).filter(([name]) => names.has(name));
  const loaded = await Promise.all(
    entries.map(async ([name, value]) => [name, await content.load(value, name)] as const),
  );
  return fillTemplate(text, Object.fromEntries(loaded), field);
}
