import { CadenzaError } from '../contracts/failures';
import type { JsonObject, JsonValue } from '../contracts/json';
import type { Entity } from '../contracts/model';
import type { Validation } from '../core/validation/validate-analysis';
import { validateAnalysis } from '../core/validation/validate-analysis';
import { readFields } from './handler-fields';

/**
 * `{ entities, summary, text, maxSummaryWords? }` → `{ valid, findings }`: do the entities and the claims of the summary
 * stand in the text, is anything missing, too long, empty? Asks no model. `valid` is false where a finding is an error.
 * @throws CadenzaError `InvalidInput`
 */
export function validate(inputs: JsonObject, config: JsonObject): Validation {
  const fields = readFields('validate', inputs, config, ['entities', 'summary', 'text', 'maxSummaryWords']);
  const text = fields.string('text');
  if (text.trim() === '') fields.refuse('text', 'text with at least one word');
  const given = fields.required('entities', EXPECTED);
  const entities = Array.isArray(given) ? given.map(toEntity) : fields.refuse('entities', EXPECTED);
  const summary = fields.string('summary');
  const maxSummaryWords = fields.optionalInteger('maxSummaryWords', { min: 5, max: 100_000 });
  return validateAnalysis({ text, entities, summary, ...(maxSummaryWords === undefined ? {} : { maxSummaryWords }) });
}

const EXPECTED = 'a list of { type, text, start?, end? }';

function toEntity(value: JsonValue, index: number): Entity {
  const { type, text, start, end } = (value ?? {}) as JsonObject;
  if (typeof type !== 'string' || typeof text !== 'string') {
    const field = `entities[${index}]`;
    throw new CadenzaError('InvalidInput', `validate: ${field}: expected { type, text, start?, end? }`, { field });
  }
  const isPlace = typeof start === 'number' && typeof end === 'number' && start >= 0 && end >= start;
  return { type, text, ...(isPlace ? { start, end } : {}) };
}
