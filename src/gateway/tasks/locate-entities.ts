import type { Entity } from '../../contracts/model';

/**
 * Finds where each entity stands in the text (UTF-16 offsets, `end` exclusive), taking them in the order given: first
 * behind the entity before it, then behind an earlier one of the same words, then anywhere. White space may differ:
 * models join lines. An entity that is not found keeps no offsets.
 */
export function locateEntities(text: string, entities: readonly Entity[]): Entity[] {
  const endOf = new Map<string, number>();
  let cursor = 0;
  return entities.map(({ type, text: words }) => {
    const behindSame = endOf.get(words) ?? 0;
    const place = find(text, words, Math.max(cursor, behindSame)) ?? find(text, words, behindSame);
    if (!place) return { type, text: words };
    cursor = place.end;
    endOf.set(words, place.end);
    return { type, text: words, ...place };
  });
}

function find(text: string, words: string, from: number): { start: number; end: number } | undefined {
  const exact = text.indexOf(words, from);
  if (exact >= 0) return { start: exact, end: exact + words.length };
  const parts = words.split(/\s+/);
  if (parts.length < 2 || parts.length > 50) return undefined;
  const pattern = new RegExp(parts.map(escaped).join('\\s{1,20}'), 'g');
  pattern.lastIndex = from;
  const match = pattern.exec(text);
  return match ? { start: match.index, end: match.index + match[0].length } : undefined;
}

function escaped(part: string): string {
  return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
