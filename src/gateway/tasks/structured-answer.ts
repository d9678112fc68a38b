/** What came of reading an answer. `problem` is a fixed text: it appears in failure messages, so it quotes nothing. */
export type Reading<R> = { ok: true; value: R } | { ok: false; problem: string };

/** Most places of an answer at which JSON is looked for: an answer of brackets only would take for ever. */
const MAX_STARTS = 50;

/**
 * Reads the JSON of a model's answer: bare, in a code fence or with prose around it. The first JSON that `read`
 * accepts counts; where there is none, the problem with the first JSON found.
 */
export function structuredAnswer<R>(text: string, read: (value: unknown) => Reading<R>): Reading<R> {
  let problem: string | undefined;
  for (const candidate of candidates(text)) {
    const value = parse(candidate);
    if (value === undefined) continue;
    const reading = read(value);
    if (reading.ok) return reading;
    problem ??= reading.problem;
  }
  return { ok: false, problem: problem ?? (text.trim() === '' ? 'it is empty' : 'it is not JSON') };
}

function* candidates(text: string): Generator<string> {
  yield text;
  const opening = /[{[]/g;
  for (let count = 0; count < MAX_STARTS; count += 1) {
    const start = opening.exec(text)?.index;
    if (start === undefined) return;
    const end = endOfValue(text, start);
    if (end === undefined) continue;
    yield text.slice(start, end);
    // What lies inside this value is no answer of its own.
    opening.lastIndex = end;
  }
}

/** The index after the bracket that closes the one at `start`, strings left out. */
function endOfValue(text: string, start: number): number | undefined {
  let depth = 0;
  let inString = false;
  for (let index = start; index < text.length; index += 1) {
    const character = text[index];
    if (inString) {
      if (character === '\\') index += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') {
      depth -= 1;
      if (depth === 0) return index + 1;
    }
  }
  return undefined;
}

/** Undefined for what is no object or list: prose such as `12` is JSON too, but no structured answer. */
function parse(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
