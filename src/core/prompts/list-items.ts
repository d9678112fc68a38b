/** One line of a list taken apart: how far it is indented, whether it starts an item, and its text. */
type Line = { indent: number; marked: boolean; text: string };

const NUMBER_MARKER = /^(?:\(\d{1,4}\)|\d{1,4}[.):]|[a-zA-Z][.)])[ \t]+/;
const BULLET_MARKER = /^[-*+•‣◦–—][ \t]+/;
const EMPHASIS = /^(\*\*|__)(.+)\1$/;
const FENCE = /^(?:```|~~~)/;

/** The lines of a text that hold something, without the space around them. Code fences are left out. */
export function textLines(text: string): string[] {
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !FENCE.test(line));
}

/**
 * The items of a list with numbers (`1.` `1)` `(1)` `a)`) or bullets, or undefined where the text is no such list: then
 * less than two lines have a marker, and not all of them. Prose before the first item and after the last is left out;
 * deeper lists and further lines of an item belong to it. A marker needs a space after it, so `1.5 * 2` and `-3 + 5`
 * have none.
 */
export function listItems(text: string): string[] | undefined {
  const lines = text
    .split(/\r\n|\r|\n/)
    .filter((line) => !FENCE.test(line.trim()))
    .map(lineOf);
  const marked = lines.filter((line) => line.marked);
  const filled = lines.filter((line) => line.text !== '' || line.marked);
  if (marked.length === 0 || (marked.length < 2 && filled.length > 1)) return undefined;
  return gather(lines, Math.min(...marked.map((line) => line.indent)));
}

function lineOf(line: string): Line {
  const trimmed = line.trim();
  const indent = line.length - line.trimStart().length;
  // A marker alone is an item without text: the space after it was at the end of the line.
  const marker = NUMBER_MARKER.exec(`${trimmed} `)?.[0] ?? BULLET_MARKER.exec(`${trimmed} `)?.[0];
  return marker === undefined
    ? { indent, marked: false, text: trimmed }
    : { indent, marked: true, text: withoutEmphasis(trimmed.slice(marker.trimEnd().length).trim()) };
}

function withoutEmphasis(text: string): string {
  return EMPHASIS.exec(text)?.[2] ?? text;
}

function gather(lines: readonly Line[], indent: number): string[] {
  const items: string[][] = [];
  let blank = false;
  for (const line of lines) {
    const current = items.at(-1);
    if (line.marked && line.indent <= indent) items.push([line.text]);
    else if (line.text === '') {
      blank = true;
      continue;
    } else if (current && (line.indent > indent || !blank)) current.push(line.text);
    blank = false;
  }
  return items.map((item) => item.join('\n').trim());
}
