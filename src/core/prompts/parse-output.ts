import type { OutputParser } from '../../contracts/chain.schema';
import type { JsonValue } from '../../contracts/json';
import { findJson } from './find-json';
import { listItems, textLines } from './list-items';
import { soleNumber } from './numbers-in-text';
import type { Parsed } from './parsed';
import { parsed, unparsed } from './parsed';

/**
 * The groups of the first match, the whole match first, or null. Patterns are the caller's own text and answers are
 * foreign, so this must be an engine that is linear in the text: RE2's, as `LinearRegex` of `evaluator/` is.
 */
export type MatchPattern = (pattern: string, text: string) => readonly (string | null | undefined)[] | null;

/** The parsers that need nothing but the text; JSONata and schemas are evaluated in activities. */
export type TextParser = Exclude<OutputParser, { jsonata: string } | { schema: object }>;

/** True for a parser that {@link parseOutput} can do. */
export function isTextParser(parser: OutputParser): parser is TextParser {
  return typeof parser === 'string' || 'regex' in parser;
}

/**
 * What a parser makes of an answer.
 * - `text`: without the space around it; an answer of nothing but space is a failure
 * - `json`: as {@link findJson} finds it, within fences and prose
 * - `number`: the one number of the text, else of its last line, else after the last `:` or `=` of that line
 * - `lines`: the lines that are not blank
 * - `list`: the items of a JSON list, of a list with numbers or bullets, else the lines
 * - `regex`: a group of the first match; 0 is the whole match
 */
export function parseOutput(text: string, parser: TextParser, match: MatchPattern): Parsed<JsonValue> {
  if (text.trim() === '') return unparsed('is empty');
  if (typeof parser === 'object') return parseGroup(text, parser.regex, parser.group, match);
  switch (parser) {
    case 'text':
      return parsed(text.trim());
    case 'json': {
      const value = findJson(text);
      return value === undefined ? unparsed('holds no JSON') : parsed(value);
    }
    case 'number':
      return soleNumber(text);
    case 'lines':
      return filledList(textLines(text));
    case 'list':
      return parseList(text);
  }
}

function parseList(text: string): Parsed<JsonValue> {
  const json = /[[{]/.test(text) ? findJson(text) : undefined;
  if (Array.isArray(json)) return json.length === 0 ? unparsed('is a list without entries') : parsed(json);
  return filledList(listItems(text)?.filter((item) => item !== '') ?? textLines(text));
}

function filledList(entries: string[]): Parsed<JsonValue> {
  return entries.length === 0 ? unparsed('holds no entries') : parsed(entries);
}

function parseGroup(text: string, pattern: string, group: number, match: MatchPattern): Parsed<JsonValue> {
  const groups = match(pattern, text);
  if (!groups) return unparsed('does not match the pattern of its parser');
  if (group >= groups.length) return unparsed(`matches a pattern that has ${groups.length - 1} groups, not ${group}`);
  const found = groups[group];
  return typeof found === 'string' ? parsed(found) : unparsed(`matches its pattern without group ${group}`);
}
