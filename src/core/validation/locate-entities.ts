import type { Entity } from '../../contracts/model';

const MOST_WORDS = 50;

/**
 * Entities with their place in the text, `text.slice(start, end)`. A place that is right is kept. The others are looked
 * for word by word, in any white space, each behind the last one of the same words; what is not found has no place.
 */
export function locateEntities(text: string, entities: readonly Entity[]): Entity[] {
  const endOf = new Map<string, number>();
  return entities.map((entity) => {
    const { type, text: words } = entity;
    const place = placeGiven(text, entity) ?? find(text, words, endOf.get(words) ?? 0) ?? find(text, words, 0);
    if (!place) return { type, text: words };
    endOf.set(words, place.end);
    return { type, text: words, ...place };
  });
}

type Place = { start: number; end: number };

function placeGiven(text: string, { text: words, start, end }: Entity): Place | undefined {
  if (start === undefined || end === undefined) return undefined;
  return sameWords(text.slice(start, end), words) ? { start, end } : undefined;
}

function sameWords(a: string, b: string): boolean {
  return a === b || a.split(/\s+/).join(' ').trim() === b.split(/\s+/).join(' ').trim();
}

function find(text: string, words: string, from: number): Place | undefined {
  const exact = words.trim() === '' ? -1 : text.indexOf(words, from);
  if (exact >= 0) return { start: exact, end: exact + words.length };
  const parts = words.split(/\s+/).filter((part) => part !== '');
  const [first] = parts;
  if (first === undefined || parts.length < 2 || parts.length > MOST_WORDS) return undefined;
  for (let at = text.indexOf(first, from); at >= 0; at = text.indexOf(first, at + 1)) {
    const end = endOfParts(text, parts, at);
    if (end !== undefined) return { start: at, end };
  }
  return undefined;
}

/** Where the parts end that begin at `at`, with nothing but a little white space between them. */
function endOfParts(text: string, parts: readonly string[], at: number): number | undefined {
  let position = at;
  for (const [index, part] of parts.entries()) {
    const before = position;
    while (index > 0 && position - before < 20 && /\s/.test(text.charAt(position))) position += 1;
    if ((index > 0 && position === before) || !text.startsWith(part, position)) return undefined;
    position += part.length;
  }
  return position;
}
