import type { Extract, Normalisation } from '../../contracts/answers.schema';
import type { InvalidReason } from '../../contracts/decision.schema';
import type { JsonValue } from '../../contracts/json';
import type { FinishReason } from '../../contracts/model';
import { parseReference, followPath } from '../references';
import { answerKey, isBlank } from './answer-key';
import { jsonInText } from './json-in-text';
import { lastNumber, numberKey } from './number-key';

/**
 * Every match of a pattern, each with its groups (0 is all of it). Passed in because the engine has to be linear in the
 * text (RE2's), and such a library has no place in a Workflow: an Activity brings its own.
 */
export type LinearMatcher = (pattern: string, text: string) => readonly (readonly (string | undefined)[])[];

/** What an expression has to be evaluated for before an answer is read: the Activity passes on what it yields. */
export type PlainExtract = Exclude<Extract, { jsonata: string }>;

export type AnswerReading =
  | { status: 'valid'; answer: JsonValue; key: string }
  | { status: 'invalid'; reason: InvalidReason };

export type ReadingOptions = {
  extract?: PlainExtract | undefined;
  normalise?: Normalisation | undefined;
  /** An answer cut at its token limit never counts, whatever can be read from it. */
  finishReason?: FinishReason | undefined;
  match?: LinearMatcher | undefined;
};

/**
 * A member's output as it is counted: the answer and the key that equal answers share, or why it does not count. A key
 * can be as long as the answer: where text is long, hand a hash of it to the Workflow.
 * @throws TypeError where `extract` is a regular expression and no matcher is given
 */
export function readAnswer(output: JsonValue | undefined, options: ReadingOptions = {}): AnswerReading {
  if (options.finishReason === 'length') return { status: 'invalid', reason: 'truncated' };
  if (isEmpty(output)) return { status: 'invalid', reason: 'empty' };
  const answer = extractFrom(output, options);
  if (answer === undefined) return { status: 'invalid', reason: 'unparsed' };
  if (isEmpty(answer)) return { status: 'invalid', reason: 'empty' };
  const key = answerKey(answer, options.normalise);
  return key === undefined ? { status: 'invalid', reason: 'unparsed' } : { status: 'valid', answer, key };
}

function isEmpty(value: JsonValue | undefined): value is null | '' | undefined {
  return value === undefined || value === null || (typeof value === 'string' && isBlank(value));
}

function extractFrom(output: JsonValue, { extract, match }: ReadingOptions): JsonValue | undefined {
  if (extract === undefined || extract === 'text') return output;
  if (extract === 'json') return asJson(output);
  if (extract === 'number') return asNumber(output);
  if ('field' in extract) return fieldOf(asJson(output), extract.field);
  if (typeof output !== 'string') return undefined;
  if (!match) throw new TypeError('extract: a regular expression needs a linear matcher');
  const found = match(extract.regex, output);
  return found[extract.match === 'first' ? 0 : found.length - 1]?.[extract.group];
}

function asJson(output: JsonValue): JsonValue | undefined {
  return typeof output === 'string' ? jsonInText(output) : output;
}

/** As a JSON number where a double holds its value, else as exact text. */
function asNumber(output: JsonValue): JsonValue | undefined {
  if (typeof output === 'number') return output;
  if (typeof output !== 'string') return undefined;
  const key = numberKey(output) ?? lastNumber(output);
  if (key === undefined) return undefined;
  const number = Number(key);
  return Number.isFinite(number) && numberKey(String(number)) === key ? number : key;
}

function fieldOf(value: JsonValue | undefined, field: string): JsonValue | undefined {
  const path = parseReference(field);
  if (value === undefined || !path || path.optional) return undefined;
  const resolved = followPath(value, [path.root, ...path.path], 'answer');
  return resolved.found ? (resolved.value as JsonValue) : undefined;
}
