import { stringify } from 'yaml';
import type { JsonObject, JsonValue } from '../../contracts/json';
import { cleanLine, cleanText } from './clean-text';
import { wrapped } from './layout';
import { counted } from './numbers';

/** A list of more numbers than this is an embedding, which nobody reads. */
const MOST_NUMBERS = 16;
/** Digits of a number that tell something; `--json` has all of them. */
const DIGITS = 6;

/** The main output of a run for people: a text as it is, a label with its score, everything else as YAML. */
export function outputLines(output: JsonValue, columns: number): string[] {
  const shown = readable(output);
  const text = textOf(shown) ?? labelOf(shown) ?? stringify(shown, { lineWidth: 0 });
  return cleanText(text)
    .trimEnd()
    .split('\n')
    .flatMap((line) => wrapped(line.trimStart(), columns, Math.min(40, 2 + line.search(/\S|$/))));
}

function textOf(output: JsonValue): string | undefined {
  if (typeof output === 'string') return output;
  return isObject(output) && Object.keys(output).length === 1 && typeof output['text'] === 'string'
    ? output['text']
    : undefined;
}

/** Of a classification: the label and its score, then the scores of the other labels. */
function labelOf(output: JsonValue): string | undefined {
  if (!isObject(output)) return undefined;
  const { prediction, score, scores, ...rest } = output;
  if (typeof prediction !== 'string' || typeof score !== 'number' || Object.keys(rest).length > 0) return undefined;
  const others = isObject(scores)
    ? Object.entries(scores)
        .flatMap(([label, of]) => (label === prediction || typeof of !== 'number' ? [] : [{ label, of }]))
        .sort((a, b) => b.of - a.of)
        .map(({ label, of }) => `${cleanLine(label)} ${of.toFixed(2)}`)
    : [];
  const rivals = others.length > 0 ? `\n${others.join(', ')}` : '';
  return `${cleanLine(prediction)} (score ${score.toFixed(2)})${rivals}`;
}

/** Without what could steer a terminal, so that YAML has nothing to escape, and without digits that tell nothing. */
function readable(value: JsonValue): JsonValue {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value === 'number') return Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS));
  if (Array.isArray(value)) {
    const isVector = value.length > MOST_NUMBERS && value.every((item) => typeof item === 'number');
    return isVector ? `(${counted(value.length, 'number')}; --json shows them)` : value.map(readable);
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [cleanLine(key), readable(item)]));
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
