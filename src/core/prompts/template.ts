import { isContentPath } from '../../contracts/content';
import { CadenzaError } from '../../contracts/failures';
import type { JsonValue } from '../../contracts/json';
import { shown } from '../../contracts/nearest-name';
import type { Reference } from '../references';
import { parseReference, resolveReference } from '../references';

/** A placeholder of a template: the reference in its braces, and where the opening brace stands. */
export type Placeholder = { text: string; reference: Reference; index: number };

/** A template taken apart: literal text, and placeholders to fill. */
export type TemplatePart = string | Placeholder;

/** Longer text between two braces is no name. */
const LONGEST_PLACEHOLDER = 200;

/**
 * Takes a template apart: `{name}`, `{name.field}`, `{name.items[0]}` and, for a value that may be missing, `{name?}`;
 * `{{` and `}}` stand for literal braces. Linear in the length of the template. `field` names it in messages.
 * @throws CadenzaError `InvalidInput` for a brace that belongs to no placeholder, with its position
 */
export function parseTemplate(template: string, field: string): TemplatePart[] {
  const parts: TemplatePart[] = [];
  let literal = '';
  let at = 0;
  while (at < template.length) {
    const brace = nextBrace(template, at);
    literal += template.slice(at, brace);
    if (brace === template.length) break;
    const character = template.charAt(brace);
    if (template.charAt(brace + 1) === character) {
      literal += character;
      at = brace + 2;
      continue;
    }
    const placeholder = character === '{' ? placeholderAt(template, brace) : undefined;
    if (!placeholder) throw strayBrace(character, brace, field);
    if (literal !== '') parts.push(literal);
    literal = '';
    parts.push(placeholder);
    at = brace + placeholder.text.length + 2;
  }
  if (literal !== '') parts.push(literal);
  return parts;
}

function nextBrace(template: string, from: number): number {
  for (let at = from; at < template.length; at += 1) {
    const code = template.charCodeAt(at);
    if (code === 123 || code === 125) return at;
  }
  return template.length;
}

function placeholderAt(template: string, index: number): Placeholder | undefined {
  const window = template.slice(index + 1, index + 2 + LONGEST_PLACEHOLDER);
  const end = window.indexOf('}');
  if (end === -1) return undefined;
  const text = window.slice(0, end);
  const reference = parseReference(text);
  return reference && { text, reference, index };
}

function strayBrace(brace: string, index: number, field: string): CadenzaError {
  return new CadenzaError(
    'InvalidInput',
    `${field}: the "${brace}" at character ${index + 1} belongs to no placeholder such as {name} or {name.field}; write ${brace}${brace} for the character itself`,
    { field },
  );
}

/** The placeholders of a template in their order, repeats included. @throws as {@link parseTemplate} */
export function placeholdersOf(template: string, field: string): Placeholder[] {
  return parseTemplate(template, field).filter((part) => typeof part !== 'string');
}

/**
 * Fills a template from what is known. What was filled in is text from then on: it is never searched for placeholders.
 * @throws CadenzaError `InvalidInput` as {@link parseTemplate}; `MissingField` naming the placeholder that leads nowhere
 */
export function fillTemplate(template: string, scope: Readonly<Record<string, JsonValue>>, field: string): string {
  return parseTemplate(template, field)
    .map((part) => (typeof part === 'string' ? part : filled(part, scope, field)))
    .join('');
}

function filled({ text, reference }: Placeholder, scope: Readonly<Record<string, JsonValue>>, field: string): string {
  const resolved = resolveReference(reference, scope);
  if (resolved.found && !isContentPath(resolved.value)) return textOfValue(resolved.value);
  if (reference.optional) return '';
  const why = resolved.found ? 'the value was not loaded from the content store' : resolved.message;
  throw new CadenzaError('MissingField', `${field}: {${shown(text)}}: ${why}`, { field });
}

/** A value as templates show it: strings as they are, lists with one entry a line, objects as JSON. */
export function textOfValue(value: JsonValue): string {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return JSON.stringify(value);
  return value.map((entry) => (typeof entry === 'string' ? entry : JSON.stringify(entry))).join('\n');
}
