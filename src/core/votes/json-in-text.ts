import type { JsonValue } from '../../contracts/json';

/**
 * The JSON in a model's text: all of it, its last code block, or the last object or list in it. Undefined where there is
 * none, and where a list or object was opened and never closed. Linear in the length of the text.
 */
export function jsonInText(text: string): JsonValue | undefined {
  const whole = parsed(text.trim());
  if (whole !== undefined) return whole;
  const block = lastCodeBlock(text);
  const fenced = block === undefined ? undefined : parsed(block);
  if (fenced !== undefined) return fenced;
  const last = lastBalanced(text);
  return last === undefined ? undefined : parsed(last);
}

/** Between the last pair of fences, without the name of the language. */
function lastCodeBlock(text: string): string | undefined {
  const parts = text.split('```');
  const block = parts[parts.length - (parts.length % 2 === 1 ? 2 : 1)];
  return parts.length < 2 ? undefined : block?.replace(/^[a-z]*\s/i, '').trim();
}

/** The last stretch from an opening bracket to the one that closes it, with strings skipped. */
function lastBalanced(text: string): string | undefined {
  let open: string[] = [];
  let start = 0;
  let last: string | undefined;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charAt(at);
    if (inString) {
      if (letter === '\\') at += 1;
      else if (letter === '"') inString = false;
      continue;
    }
    if (letter === '{' || letter === '[') {
      if (open.length === 0) start = at;
      open.push(letter === '{' ? '}' : ']');
    } else if (open.length > 0 && letter === '"') inString = true;
    else if (letter === '}' || letter === ']') {
      // A bracket that closes nothing belongs to the prose: what was open is not JSON.
      if (open.pop() !== letter) open = [];
      else if (open.length === 0) last = text.slice(start, at + 1);
    }
  }
  return last;
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
