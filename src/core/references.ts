import type { ContentPath } from '../contracts/content';
import { isContentReference } from '../contracts/content';
import type { JsonValue } from '../contracts/json';
import { shown, suggestion } from '../contracts/nearest-name';

/** A reference of a definition, taken apart: `extract.items[0].text?` */
export type Reference = { root: string; path: (string | number)[]; optional: boolean };

const ROOT = /^[A-Za-z_][A-Za-z0-9_]*/;
const PART = /^(?:\.([A-Za-z_$][A-Za-z0-9_$-]*)|\[(\d{1,9})\])/;

/** The parts of a reference, or undefined where the text is not one. Linear in its length. */
export function parseReference(text: string): Reference | undefined {
  const optional = text.endsWith('?');
  let rest = optional ? text.slice(0, -1) : text;
  const root = ROOT.exec(rest)?.[0];
  if (root === undefined) return undefined;
  const path: (string | number)[] = [];
  rest = rest.slice(root.length);
  while (rest !== '') {
    const part = PART.exec(rest);
    if (!part) return undefined;
    path.push(part[1] ?? Number(part[2]));
    rest = rest.slice(part[0].length);
  }
  return { root, path, optional };
}

/** What a reference leads to: a value (perhaps still in the content store), or why there is none. */
export type Resolved = { found: true; value: JsonValue | ContentPath } | { found: false; message: string };

/**
 * Follows a reference through what is known. A path that runs into stored content comes back as content plus the rest
 * of the path, to be followed where the content is loaded.
 */
export function resolveReference(reference: Reference, scope: Readonly<Record<string, JsonValue>>): Resolved {
  if (!Object.hasOwn(scope, reference.root)) {
    return { found: false, message: `there is no output of "${shown(reference.root)}"` };
  }
  return followPath(scope[reference.root] as JsonValue, reference.path, reference.root);
}

/** Follows a path from a value; `name` is what the value is called in messages. */
export function followPath(start: JsonValue, path: readonly (string | number)[], name: string): Resolved {
  let value = start;
  let at = name;
  for (const [index, part] of path.entries()) {
    if (isContentReference(value) && !(typeof part === 'string' && Object.hasOwn(value, part))) {
      return { found: true, value: { from: value, path: path.slice(index) } };
    }
    const next = childOf(value, part);
    if (next === undefined) return { found: false, message: missing(at, value, part) };
    value = next;
    at += typeof part === 'number' ? `[${part}]` : `.${part}`;
  }
  return { found: true, value };
}

function childOf(value: JsonValue, part: string | number): JsonValue | undefined {
  if (typeof part === 'number') return Array.isArray(value) ? value[part] : undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, part) ? value[part] : undefined;
}

function missing(at: string, value: JsonValue, part: string | number): string {
  if (typeof part === 'number') {
    return Array.isArray(value)
      ? `"${at}" has ${value.length} entries, so no [${part}]`
      : `"${at}" is not a list, so it has no [${part}]`;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return `"${at}" is ${nameOfType(value)}, so it has no field "${shown(part)}"`;
  }
  return `"${at}" has no field "${shown(part)}"${suggestion(
    part,
    Object.keys(value)
      .slice(0, 30)
      .map((name) => shown(name)),
  )}`;
}

function nameOfType(value: JsonValue): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
