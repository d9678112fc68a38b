/**
 * Characters that show nothing or turn what stands beside them: C0 but tab and line feed, DEL, C1, marks of writing
 * direction, invisible separators and joiners, tags, surrogates without a partner.
 */
const HIDDEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

/** Hidden characters that are named in one text; more are replacement characters: a page has to open. */
const MOST_NAMED = 1_000;

/** One piece of a text: as it stands, or the name of a character that nobody would see. */
export type Piece = { text: string } | { hidden: string; times: number };

/** Foreign text as a page may show it: what is hidden in it is named in its place, so that it hides and turns nothing. */
export function visiblePieces(text: string): Piece[] {
  const whole = text.replace(/\r\n?/g, '\n');
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of whole.matchAll(HIDDEN)) {
    const hidden = codeOf(match[0]);
    const last = pieces.at(-1);
    if (match.index > from) pieces.push({ text: whole.slice(from, match.index) });
    else if (last && 'hidden' in last && last.hidden === hidden) {
      last.times += 1;
      from = match.index + match[0].length;
      continue;
    }
    if (pieces.length >= 2 * MOST_NAMED) {
      from = match.index;
      break;
    }
    pieces.push({ hidden, times: 1 });
    from = match.index + match[0].length;
  }
  if (from < whole.length || pieces.length === 0) pieces.push({ text: whole.slice(from).replace(HIDDEN, '\ufffd') });
  return pieces;
}

/** The same as plain text: `a[U+202E]b`. For attributes, titles and labels of graphs. */
export function visibleText(text: string): string {
  return visiblePieces(text)
    .map((piece) => ('text' in piece ? piece.text : `[${nameOf(piece)}]`))
    .join('');
}

/** `U+0000`, or `U+0000 × 12` where it stands there so often. */
export function nameOf({ hidden, times }: Extract<Piece, { hidden: string }>): string {
  return times === 1 ? hidden : `${hidden} × ${times}`;
}

/** The beginning of a text, up to so many UTF-16 units: no character is cut in two. */
export function beginningOf(text: string, most: number): string {
  return text.slice(0, most).replace(/[\ud800-\udbff]$/, '');
}

function codeOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
