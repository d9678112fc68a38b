import type { JsonObject } from '../contracts/json';
import type { Entity } from '../contracts/model';
import { locateEntities } from '../core/validation/locate-entities';
import type { HandlerContext } from './handler';
import { readFields } from './handler-fields';
import { excerptOf, joinNotes, MAX_EXCERPT_CHARACTERS } from './text-excerpt';

/** With instructions and answer this fits the context that a model is assumed to have. */
const DEFAULT_BYTES = 80_000;
const LIST_TOKENS = 4_096;

export type ExtractEntitiesOutput = { result: Entity[]; note?: string };

/**
 * `{ text, entityTypes?, model?, maxCharacters? }` → the entities that the model names, each with its place in the text
 * where it can be found there: `text.slice(start, end)`.
 * @throws CadenzaError `InvalidInput`, and what the model call throws
 */
export async function extractEntities(
  inputs: JsonObject,
  config: JsonObject,
  context: HandlerContext,
): Promise<ExtractEntitiesOutput> {
  const fields = readFields('extract_entities', inputs, config, ['text', 'entityTypes', 'model', 'maxCharacters']);
  const given = fields.string('text');
  if (given.trim() === '') fields.refuse('text', 'text with at least one word');
  const entityTypes = fields.optionalStrings('entityTypes');
  const model = fields.optionalString('model');
  const maxCharacters = fields.optionalInteger('maxCharacters', { min: 100, max: MAX_EXCERPT_CHARACTERS });

  const room = await context.roomFor('extraction', model);
  const { text, note } = excerptOf(given, Math.min(DEFAULT_BYTES, room), maxCharacters);
  const { result } = await context.ask(
    'extraction',
    { text, ...(entityTypes === undefined ? {} : { entityTypes }) },
    {
      ...(model === undefined ? {} : { model }),
      // A long list of entities needs more than an answer usually does; a small model has no room to spare.
      ...(room >= DEFAULT_BYTES ? { settings: { maxOutputTokens: LIST_TOKENS } } : {}),
    },
  );
  return { result: locateEntities(text, result.entities), ...joinNotes(result.note, note) };
}
