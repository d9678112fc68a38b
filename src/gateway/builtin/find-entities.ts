import type { EntityType } from '../../contracts/document-types';
import { ENTITY_TYPES } from '../../contracts/document-types';
import { suggestion, shown } from '../../contracts/nearest-name';
import { CadenzaError } from '../../contracts/failures';
import type { Entity, ExtractionResult } from '../../contracts/model';
import type { DetectedLanguage } from './detect-language';
import { languageName } from './detect-language';
import { findNames } from './entity-names';
import type { EntitySpan } from './entity-patterns';
import { findPatternEntities } from './entity-patterns';
import { breakLongWords } from './guard-text';

const MOST_ENTITIES = 500;
const NAME_TYPES: readonly EntityType[] = ['person', 'organization', 'place'];

/**
 * The `entities` model. Each entity is listed once, where it comes first, in the order of the text, and
 * `text.slice(start, end) === entity.text`. Names are found in English only; a note says so for other languages.
 * @throws CadenzaError `InvalidInput` for an entity type that it does not know.
 */
export function findEntities(text: string, entityTypes: string[], language: DetectedLanguage): ExtractionResult {
  const wanted = entityTypes.length === 0 ? [...ENTITY_TYPES] : entityTypes.map(checkEntityType);
  const wantsNames = NAME_TYPES.some((type) => wanted.includes(type));
  const guarded = breakLongWords(text);
  const spans = findPatternEntities(guarded);
  if (wantsNames && language.foreign === undefined) spans.push(...findNames(guarded));
  const entities = distinct(text, withoutOverlaps(spans)).filter((entity) =>
    wanted.includes(entity.type as EntityType),
  );
  const notes: string[] = [];
  if (wantsNames && language.foreign !== undefined) {
    const looks = languageName(language.foreign);
    notes.push(`The built-in model finds people, organizations and places in English only; this text looks ${looks}.`);
  }
  if (entities.length > MOST_ENTITIES) notes.push(`Only the first ${MOST_ENTITIES} entities are listed.`);
  return { entities: entities.slice(0, MOST_ENTITIES), ...(notes.length > 0 ? { note: notes.join(' ') } : {}) };
}

function checkEntityType(type: string): EntityType {
  const known = ENTITY_TYPES.find((candidate) => candidate === type);
  if (known !== undefined) return known;
  throw new CadenzaError(
    'InvalidInput',
    `entityTypes: the built-in model finds no "${shown(type)}"${suggestion(type, ENTITY_TYPES)}.`,
    { field: 'entityTypes' },
  );
}

/** Earlier rules win; the result is in the order of the text. */
function withoutOverlaps(spans: EntitySpan[]): EntitySpan[] {
  const taken = new Set<number>();
  const kept = spans.filter(({ start, end }) => {
    for (let index = start; index < end; index += 1) if (taken.has(index)) return false;
    for (let index = start; index < end; index += 1) taken.add(index);
    return end > start;
  });
  return kept.sort((a, b) => a.start - b.start);
}

function distinct(text: string, spans: EntitySpan[]): Entity[] {
  const seen = new Set<string>();
  return spans.flatMap(({ type, start, end }) => {
    const found = text.slice(start, end);
    const key = `${type} ${found.replace(/\s+/g, ' ').toLowerCase()}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [{ type, text: found, start, end }];
  });
}
