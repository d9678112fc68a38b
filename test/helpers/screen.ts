import { widthOf } from '../../src/cli/render/layout';

/** What a terminal of so many columns shows: enough of one for what the command line writes. */
export type Screen = {
  write(text: string): void;
  /** The rows from the first on, those that scrolled away too, without spaces at their ends. */
  rows(): string[];
  /** Lines that were broken by the terminal itself, by their first rows. */
  readonly broken: string[];
};

const PIECES = /\u001b\[([0-9;?]*)([A-Za-z])|\r|\n|[^\u001b\r\n]+/gu;

/** A screen with a history without end, on which the cursor can be moved up to any row. */
export function createScreen(columns: number): Screen {
  const rows: string[][] = [[]];
  const broken: string[] = [];
  let row = 0;
  let column = 0;
  const cells = () => (rows[row] ??= []);
  const put = (segment: string) => {
    const width = widthOf(segment);
    if (column + width > columns) {
      broken.push(cells().join('').trimEnd());
      row += 1;
      column = 0;
    }
    const line = cells();
    while (line.length < column) line.push(' ');
    line[column] = segment;
    // The second half of a wide character.
    if (width === 2) line[column + 1] = '';
    column += width;
  };
  const control = (count: number, letter: string) => {
    if (letter === 'A') row = Math.max(0, row - (count || 1));
    if (letter === 'J' && count === 0) {
      rows.length = row + 1;
      cells().length = Math.min(cells().length, column);
    }
    if (letter === 'K') rows[row] = count === 2 ? [] : cells().slice(0, column);
  };
  return {
    write(text) {
      for (const [piece, numbers = '', letter] of text.matchAll(PIECES)) {
        if (letter !== undefined) control(Number(numbers), letter);
        else if (piece === '\r') column = 0;
        else if (piece === '\n') [row, column] = [row + 1, 0];
        else for (const { segment } of new Intl.Segmenter().segment(piece)) put(segment);
        cells();
      }
    },
    rows: () =>
      Array.from(rows, (line) =>
        Array.from(line ?? [], (cell) => cell ?? ' ')
          .join('')
          .trimEnd(),
      ),
    broken,
  };
}
