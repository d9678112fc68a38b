import type { JsonValue } from '../../contracts/json';
import { findJson } from '../prompts/find-json';
import { listItems } from '../prompts/list-items';

/** The thoughts of one answer that are worth paying for, and how many were left out and why. */
export type ParsedThoughts = { thoughts: string[]; dropped: ThoughtDrops };

/** `empty`: nothing but space. `repeated`: the same words under the same node. `too_many`: over the number of branches. */
export type ThoughtDrops = { empty: number; repeated: number; too_many: number };

const FENCE = /^(?:```|~~~)/;

/**
 * The thoughts of an answer to a propose prompt (Yao et al. 2023, "Tree of Thoughts"): the strings of a JSON list, the
 * items of a list with numbers or bullets, else one thought a line.
 */
export function parseProposals(text: string, most: number): ParsedThoughts {
  const listed = jsonThoughts(text) ?? listItems(text);
  if (listed) return keepDistinct(listed, most);
  const lines = text.split(/\r\n|\r|\n/).filter((line) => !FENCE.test(line.trim()));
  return keepDistinct(lines, most);
}

/** The thoughts of several samples, each of which is one thought. */
export function parseSamples(texts: readonly string[], most: number): ParsedThoughts {
  return keepDistinct(texts, most);
}

/** What makes two thoughts the same: their words, without regard to space. */
export function thoughtKey(thought: string): string {
  return thought.replace(/\s+/g, ' ').trim();
}

function keepDistinct(texts: readonly string[], most: number): ParsedThoughts {
  const dropped: ThoughtDrops = { empty: 0, repeated: 0, too_many: 0 };
  const kept = new Map<string, string>();
  for (const text of texts) {
    const key = thoughtKey(text);
    if (key === '') dropped.empty += 1;
    else if (kept.has(key)) dropped.repeated += 1;
    else if (kept.size >= most) dropped.too_many += 1;
    else kept.set(key, text.trim());
  }
  return { thoughts: [...kept.values()], dropped };
}

function jsonThoughts(text: string): string[] | undefined {
  // Only a text that can hold a list is searched for one; `[1]` in prose is none.
  if (!text.includes('[')) return undefined;
  const value = findJson(text);
  const list = Array.isArray(value) ? value : onlyList(value);
  const thoughts = list?.map(thoughtOf);
  return thoughts?.every((thought) => thought !== undefined) && thoughts.length > 0 ? thoughts : undefined;
}

/** The list of an object such as `{ "thoughts": […] }`. */
function onlyList(value: JsonValue | undefined): JsonValue[] | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const lists = Object.values(value).filter((field) => Array.isArray(field));
  return lists.length === 1 ? lists[0] : undefined;
}

/** A string, or the first string field of an object such as `{ "thought": "…", "reason": "…" }`. */
function thoughtOf(entry: JsonValue): string | undefined {
  if (typeof entry === 'string') return entry;
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return undefined;
  const named = Object.hasOwn(entry, 'thought') ? entry['thought'] : undefined;
  return [named, ...Object.values(entry)].find((field) => typeof field === 'string');
}
