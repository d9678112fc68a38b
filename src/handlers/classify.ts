import type { JsonObject } from '../contracts/json';
import type { HandlerContext } from './handler';
import { readFields } from './handler-fields';
import { excerptOf, joinNotes, MAX_EXCERPT_CHARACTERS } from './text-excerpt';

/** What a document is shows at its head. */
const DEFAULT_BYTES = 20_000;

export type ClassifyOutput = { type: string; score: number; scores: Record<string, number>; note?: string };

/**
 * `{ text, labels?, model?, maxCharacters? }` → what the text is, out of `labels` or else the document types.
 * @throws CadenzaError `InvalidInput`, and what the model call throws
 */
export async function classify(
  inputs: JsonObject,
  config: JsonObject,
  context: HandlerContext,
): Promise<ClassifyOutput> {
  const fields = readFields('classify', inputs, config, ['text', 'labels', 'model', 'maxCharacters']);
  const given = fields.string('text');
  if (given.trim() === '') fields.refuse('text', 'text with at least one word');
  const labels = fields.optionalStrings('labels');
  const model = fields.optionalString('model');
  const maxCharacters = fields.optionalInteger('maxCharacters', { min: 100, max: MAX_EXCERPT_CHARACTERS });

  const room = await context.roomFor('classification', model);
  const { text, note } = excerptOf(given, Math.min(DEFAULT_BYTES, room), maxCharacters);
  const { result } = await context.ask(
    'classification',
    { text, ...(labels === undefined ? {} : { labels }) },
    model === undefined ? {} : { model },
  );
  return { type: result.prediction, score: result.score, scores: result.scores, ...joinNotes(result.note, note) };
}
