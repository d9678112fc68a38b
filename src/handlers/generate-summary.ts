import type { JsonObject } from '../contracts/json';
import type { TextResult } from '../contracts/model';
import type { Fields } from './handler-fields';
import type { HandlerContext } from './handler';
import { readFields } from './handler-fields';
import { excerptOf, joinNotes, MAX_EXCERPT_CHARACTERS } from './text-excerpt';

/** With instructions and answer this fits the context that a model is assumed to have. */
const DEFAULT_BYTES = 80_000;
const DEFAULT_WORDS = { least: 30, most: 120 } as const;

const KNOWN = ['text', 'documentType', 'type', 'model', 'maxWords', 'maxCharacters'];

/**
 * `{ text, documentType? (or type?), maxWords?, model?, maxCharacters? }` → a summary of at most `maxWords` words:
 * a third of the text's own, between 30 and 120, where left out.
 * @throws CadenzaError `InvalidInput`, and what the model call throws
 */
export async function generateSummary(
  inputs: JsonObject,
  config: JsonObject,
  context: HandlerContext,
): Promise<TextResult> {
  const fields = readFields('generate_summary', inputs, config, KNOWN);
  const given = fields.string('text');
  if (given.trim() === '') fields.refuse('text', 'text with at least one word');
  const documentType = documentTypeOf(fields);
  const model = fields.optionalString('model');
  const maxCharacters = fields.optionalInteger('maxCharacters', { min: 100, max: MAX_EXCERPT_CHARACTERS });
  const maxWords = fields.optionalInteger('maxWords', { min: 5, max: 10_000 });

  const room = await context.roomFor('summarization', model);
  const { text, note } = excerptOf(given, Math.min(DEFAULT_BYTES, room), maxCharacters);
  const { result } = await context.ask(
    'summarization',
    { text, maxWords: maxWords ?? fittingWords(text), ...(documentType === undefined ? {} : { documentType }) },
    model === undefined ? {} : { model },
  );
  return { text: result.text, ...joinNotes(result.note, note) };
}

/** `other` says nothing that would help a model. */
function documentTypeOf(fields: Fields): string | undefined {
  const type = fields.optionalString('documentType') ?? fields.optionalString('type');
  return type === undefined || type === '' || type === 'other' ? undefined : type.slice(0, 200);
}

function fittingWords(text: string): number {
  const words = text.slice(0, 10_000).split(/\s+/).length;
  return Math.min(DEFAULT_WORDS.most, Math.max(DEFAULT_WORDS.least, Math.ceil(words / 3)));
}
