import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';

/** Columns that a text takes on a terminal: two for a wide character, none for a mark that combines. */
export function widthOf(text: string): number {
  return stringWidth(text);
}

/** The text cut to that many columns, with an ellipsis where something was cut. Takes plain text without colours. */
export function fit(text: string, columns: number): string {
  if (columns <= 0) return '';
  if (widthOf(text) <= columns) return text;
  let kept = '';
  let width = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    width += widthOf(segment);
    if (width > columns - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** The text in exactly that many columns, cut or filled up with spaces. Takes plain text without colours. */
export function column(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const cut = fit(text, columns);
  const space = ' '.repeat(Math.max(0, columns - widthOf(cut)));
  return align === 'left' ? cut + space : space + cut;
}

const NO_BREAK = '\u00a0';

/**
 * Lines of at most `columns`, each indented; the first with `first` in place of the indent. What stands between backticks
 * is there to be copied: it stays on one line where a line has room for it.
 */
export function wrapped(text: string, columns: number, indent: number, first = ' '.repeat(indent)): string[] {
  const room = Math.max(10, columns - indent);
  const whole = text.replace(/`[^`\n]*`/g, (code) => (widthOf(code) < room ? code.replaceAll(' ', NO_BREAK) : code));
  const lines = wrapAnsi(whole, room, { hard: true }).replaceAll(NO_BREAK, ' ').split('\n');
  return lines.map((line, index) => (index === 0 ? first : ' '.repeat(indent)) + line);
}

/** Rows as columns of equal width, two spaces apart; the last is cut so that no line is longer than `columns`. */
export function table(rows: readonly (readonly string[])[], columns: number): string[] {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => widthOf(row[index] ?? ''))));
  return rows.map((row) => {
    const cells = row.map((cell, index) => (index === row.length - 1 ? cell : column(cell, widths[index] ?? 0)));
    return fit(cells.join('  ').trimEnd(), columns);
  });
}
