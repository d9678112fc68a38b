/**
 * Characters that show nothing or turn what stands beside them: C0 but tab and line feed, DEL, C1, marks of writing
 * direction, invisible separators and joiners, tags, surrogates without a partner.
 */
const HIDDEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

/** One piece of a text: as it stands, or the name of a character that nobody would see. */
export type Piece = { text: string } | { hidden: string };

/** Foreign text as a page may show it: what is hidden in it is named in its place, so that it hides and turns nothing. */
export function visiblePieces(text: string): Piece[] {
  const whole = text.replace(/\r\n?/g, '\n');
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of whole.matchAll(HIDDEN)) {
    if (match.index > from) pieces.push({ text: whole.slice(from, match.index) });
    pieces.push({ hidden: codeOf(match[0]) });
    from = match.index + match[0].length;
  }
  if (from < whole.length || pieces.length === 0) pieces.push({ text: whole.slice(from) });
  return pieces;
}

/** The same as plain text: `a[U+202E]b`. For attributes, titles and labels of graphs. */
export function visibleText(text: string): string {
  return visiblePieces(text)
    .map((piece) => ('text' in piece ? piece.text : `[${piece.hidden}]`))
    .join('');
}

function codeOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
