/** How much text a built-in model reads; what lies behind it is named in a note, never dropped in silence. */
export const READ_LIMIT = 200_000;

const LONGEST_WORD = 200;
const WINDOW = 2_000;

/**
 * The text with white space in place of every 201st character of a word. Same length, so offsets stay true. Words
 * without end (encoded data, nonsense) are what makes regular expressions and language libraries hang.
 */
export function breakLongWords(text: string): string {
  const parts: string[] = [];
  let copied = 0;
  let wordLength = 0;
  for (let index = 0; index < text.length; index += 1) {
    const isSpace = text.charCodeAt(index) <= 32;
    wordLength = isSpace ? 0 : wordLength + 1;
    if (wordLength > LONGEST_WORD) {
      parts.push(text.slice(copied, index), ' ');
      copied = index + 1;
      wordLength = 0;
    }
  }
  return parts.length === 0 ? text : parts.join('') + text.slice(copied);
}

/** Pieces of at most 2,000 characters that cover the text, cut where a line, or else a word, ends. */
export function scanWindows(text: string): { start: number; text: string }[] {
  const windows: { start: number; text: string }[] = [];
  let start = 0;
  while (start < text.length) {
    const end = start + WINDOW >= text.length ? text.length : cutBefore(text, start, start + WINDOW);
    windows.push({ start, text: text.slice(start, end) });
    start = end;
  }
  return windows;
}

function cutBefore(text: string, start: number, limit: number): number {
  for (const separator of ['\n', ' ']) {
    const found = text.lastIndexOf(separator, limit - 1);
    if (found > start + WINDOW / 2) return found + 1;
  }
  return limit;
}

/** Number of letters of any script, counted up to `enough`. */
export function countLetters(text: string, enough: number): number {
  let letters = 0;
  for (const character of text) {
    if (/\p{L}/u.test(character)) letters += 1;
    if (letters >= enough) break;
  }
  return letters;
}
