import type { JsonValue } from '../../contracts/json';

const FENCE = /^[ \t]*(?:```|~~~)/;

/**
 * The JSON value in an answer: the whole text, else the last fenced block that is JSON, else the longest object or list
 * within the prose (of equals, the last). Undefined where there is none. Takes time in proportion to the length.
 */
export function findJson(text: string): JsonValue | undefined {
  const whole = parseJson(text.trim());
  if (whole !== undefined) return whole;
  for (const block of fencedBlocks(text).reverse()) {
    const value = parseJson(block.trim());
    if (value !== undefined) return value;
  }
  // Spans do not overlap, so parsing all of them reads the text once.
  const spans = bracketSpans(text).map((span, place) => ({ span, place }));
  spans.sort((a, b) => b.span.length - a.span.length || b.place - a.place);
  for (const { span } of spans) {
    const value = parseJson(span);
    if (value !== undefined) return value;
  }
  return undefined;
}

function parseJson(text: string): JsonValue | undefined {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** The contents of code fences; a fence that is not closed goes on to the end. */
export function fencedBlocks(text: string): string[] {
  const blocks: string[] = [];
  let open: string[] | undefined;
  for (const line of text.split('\n')) {
    if (!FENCE.test(line)) open?.push(line);
    else if (open) {
      blocks.push(open.join('\n'));
      open = undefined;
    } else open = [];
  }
  if (open) blocks.push(open.join('\n'));
  return blocks;
}

/**
 * The outermost balanced `{…}` and `[…]` of a text, brackets in strings not counted, in one pass: an opening bracket of
 * prose that is never closed hides nothing, and a string ends with its line, as it has to in JSON.
 */
function bracketSpans(text: string): string[] {
  const open: { closing: string; start: number }[] = [];
  const spans: { start: number; end: number }[] = [];
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quoted) {
      if (character === '\\') at += 1;
      else if (character === '"' || character === '\n') quoted = false;
    } else if (character === '"') quoted = open.length > 0;
    else if (character === '{') open.push({ closing: '}', start: at });
    else if (character === '[') open.push({ closing: ']', start: at });
    else if (character === '}' || character === ']') {
      const last = open.pop();
      // A bracket that closes another kind ends what was open: none of it is JSON.
      if (last?.closing !== character) open.length = 0;
      else {
        while ((spans.at(-1)?.start ?? -1) > last.start) spans.pop();
        spans.push({ start: last.start, end: at + 1 });
      }
    }
  }
  return spans.map(({ start, end }) => text.slice(start, end));
}
