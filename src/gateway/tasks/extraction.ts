import { ENTITY_TYPES } from '../../contracts/document-types';
import type { Entity, ExtractionResult, TaskInput } from '../../contracts/model';
import type { TaskContext } from './ask';
import { askStructured } from './ask';
import { dataBlock, dataRule } from './data-block';
import { locateEntities } from './locate-entities';
import type { Reading } from './structured-answer';

/** The entities of a text, in its order, with where they stand. Those that do not stand in it have no place. */
export async function extraction(input: TaskInput, context: TaskContext): Promise<ExtractionResult> {
  const types = [...new Set(input.entityTypes ?? ENTITY_TYPES)];
  const { tag, block } = dataBlock(input.text);
  const system = [
    'You extract entities from texts: every one there is, in the order of the text, copied word for word.',
    `Types: ${types.map((type) => JSON.stringify(type)).join(', ')}`,
    'Answer with JSON only: {"entities": [{"type": one of the types, "text": the words of the text}]}.',
    dataRule(tag),
  ].join('\n');
  const found = await askStructured({
    context,
    messages: [
      { role: 'system', content: system },
      { role: 'user', content: block },
    ],
    responseSchema: { name: 'extraction', schema: schemaFor(types) },
    read: (value) => readEntities(value, types),
  });
  const entities = locateEntities(input.text, found);
  const absent = entities.filter((entity) => entity.start === undefined).length;
  return {
    entities,
    ...(absent > 0 && { note: `${absent} of ${entities.length} entities do not stand in the text word for word` }),
  };
}

function schemaFor(types: string[]) {
  const entity = {
    type: 'object',
    properties: { type: { type: 'string', enum: types }, text: { type: 'string' } },
    required: ['type', 'text'],
    additionalProperties: false,
  };
  return {
    type: 'object',
    properties: { entities: { type: 'array', items: entity } },
    required: ['entities'],
    additionalProperties: false,
  };
}

/** Entities of types that nobody asked for are left out; an answer of nothing else is no answer. */
function readEntities(value: unknown, types: string[]): Reading<Entity[]> {
  const list = Array.isArray(value) ? value : (value as { entities?: unknown }).entities;
  if (!Array.isArray(list)) return { ok: false, problem: '"entities" is not a list' };
  const entities = list.flatMap((item): Entity[] => {
    const { type, text } = (item ?? {}) as { type?: unknown; text?: unknown };
    if (typeof type !== 'string' || typeof text !== 'string' || text.trim() === '') return [];
    const known = types.find((candidate) => candidate.toLowerCase() === type.trim().toLowerCase());
    return known === undefined ? [] : [{ type: known, text: text.trim() }];
  });
  return list.length > 0 && entities.length === 0
    ? { ok: false, problem: 'no entity has a "text" and a "type" out of the list' }
    : { ok: true, value: entities };
}
