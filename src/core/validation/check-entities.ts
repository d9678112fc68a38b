import type { Entity } from '../../contracts/model';
import type { Finding } from './finding';
import { quoted } from './finding';
import { findDates } from './find-dates';
import { findNumbers } from './find-numbers';
import { normalizeText, wordsOf } from './normalize-text';
import type { TextFacts } from './text-facts';

const MOST_ENTITIES_CHECKED = 2_000;

/** Are the entities really in the text, where they say they are, and none of them twice? */
export function checkEntities(entities: readonly Entity[], text: string, facts: TextFacts): Finding[] {
  const checked = entities.slice(0, MOST_ENTITIES_CHECKED);
  const findings = checked.flatMap((entity) => checkEntity(entity, text, facts));
  findings.push(...findDuplicates(checked));
  if (checked.length < entities.length) {
    const count = entities.length - checked.length;
    findings.push({
      severity: 'info',
      check: 'not_checked',
      message: `${count} more entities were not checked`,
      count,
    });
  }
  return findings;
}

function checkEntity(entity: Entity, text: string, facts: TextFacts): Finding[] {
  const { type, text: words, start, end } = entity;
  const normalized = normalizeText(words.slice(0, 2000));
  if (start !== undefined && end !== undefined && normalized !== '') {
    if (normalizeText(text.slice(start, Math.min(end, start + 2000))) === normalized) return [];
  }
  const value = quoted(words);
  const about = { value, type: quoted(type) };
  if (normalized !== '' && facts.normalized.includes(normalized)) {
    return start === undefined && end === undefined
      ? []
      : [
          {
            severity: 'warning',
            check: 'entity_position',
            message: `"${value}" does not stand where it is said to`,
            ...about,
          },
        ];
  }
  if (isSameValue(normalized, facts) || facts.hasCompact(words)) return [];
  const parts = wordsOf(normalized);
  if (parts.length > 0 && parts.every((part) => facts.words.has(part))) {
    const message = `"${value}" does not stand in the text word for word`;
    return [{ severity: 'warning', check: 'entity_not_word_for_word', message, ...about }];
  }
  const message = value === '' ? 'an entity has no text' : `"${value}" does not stand in the text`;
  return [{ severity: facts.isCut ? 'warning' : 'error', check: 'entity_not_in_text', message, ...about }];
}

/** A model may write a date or a sum in its own way: `2026-05-14` for `14 May 2026`. */
function isSameValue(normalized: string, facts: TextFacts): boolean {
  const [date] = findDates(normalized);
  if (date) return date.text.length >= normalized.length - 2 && facts.hasDate(date.keys);
  const letters = normalized.match(/\p{L}/gu)?.length ?? 0;
  const [number] = findNumbers(normalized);
  return number !== undefined && letters <= 3 && facts.hasNumber(number.values, number.tolerance);
}

function findDuplicates(entities: readonly Entity[]): Finding[] {
  const counts = new Map<string, { entity: Entity; count: number }>();
  for (const entity of entities) {
    // The same name at another place is another mention.
    const key = `${entity.type}\n${entity.start ?? ''}\n${normalizeText(entity.text.slice(0, 2000))}`;
    const seen = counts.get(key);
    if (seen) seen.count += 1;
    else counts.set(key, { entity, count: 1 });
  }
  return [...counts.values()].flatMap(({ entity, count }): Finding[] => {
    if (count < 2) return [];
    const value = quoted(entity.text);
    const message = `"${value}" is listed ${count} times at the same place`;
    return [{ severity: 'warning', check: 'entity_duplicate', message, value, type: quoted(entity.type), count }];
  });
}
