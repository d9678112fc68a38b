/** Most characters a step may be told to send to a model. */
export const MAX_EXCERPT_CHARACTERS = 400_000;

export type TextExcerpt = {
  text: string;
  /** Says how much was used, where that is not all of it. */
  note?: string;
};

/**
 * The head of a text that fits a model: `budgetBytes` of its UTF-8, or exactly `maxCharacters` where they are given,
 * by someone who knows the model. Bytes because three of them are at most about a token in every script, which
 * characters are not: 80,000 bytes leave room for an answer in the context of 32,768 tokens that is assumed of a model.
 */
export function excerptOf(text: string, budgetBytes: number, maxCharacters: number | undefined): TextExcerpt {
  const end = maxCharacters ?? charactersWithin(text, budgetBytes);
  if (end >= text.length) return { text };
  const used = text.slice(0, niceEnd(text, end));
  const share = `${used.length.toLocaleString('en-US')} of ${text.length.toLocaleString('en-US')} characters`;
  return { text: used, note: `Only the beginning was used: ${share}.` };
}

function charactersWithin(text: string, bytes: number): number {
  return new TextEncoder().encodeInto(text, new Uint8Array(bytes)).read;
}

/** The end of a line or word in the last tenth, so that no name or number is cut in two. */
function niceEnd(text: string, end: number): number {
  const earliest = Math.floor(end * 0.9);
  for (const gap of ['\n', ' ']) {
    const at = text.lastIndexOf(gap, end);
    if (at > earliest) return at;
  }
  const code = text.charCodeAt(end - 1);
  return code >= 0xd800 && code <= 0xdbff ? end - 1 : end;
}

/** Notes of several origins as one, or none. */
export function joinNotes(...notes: (string | undefined)[]): { note?: string } {
  const given = notes.filter((note) => note !== undefined && note !== '');
  return given.length > 0 ? { note: given.join(' ') } : {};
}
