import { cleanJson, cleanText } from './render/clean-text';
import { widthOf, wrapped } from './render/layout';
import type { Paint } from './render/paint';
import { paintFor } from './render/paint';

/** Where a command says things: results on stdout, everything else on stderr. */
export type Terminal = {
  /** True where lines can be drawn again in place. */
  readonly isLive: boolean;
  /** Columns and rows that may be used; the last column stays empty, where some terminals would wrap. */
  readonly columns: number;
  readonly rows: number;
  /** Columns of a sentence on stderr: without a terminal it stays one line. */
  readonly sentenceColumns: number;
  /** Colours of stderr, and of stdout. */
  readonly paint: Paint;
  readonly resultPaint: Paint;
  /** Tells a person something, on stderr. Takes foreign text: what could steer the terminal is removed. */
  say(sentence: string): void;
  /** Finished lines for a person, on stderr. Takes clean text with colours. */
  show(lines: readonly string[]): void;
  /** Finished lines of a result, on stdout. Takes clean text with colours. */
  print(lines: readonly string[]): void;
  /** The one JSON document of a command, on stdout. */
  printJson(value: unknown): void;
  /** True once the document is out: there is never a second one. */
  readonly hasPrintedJson: boolean;
  /** Puts these lines in place of those of the last call, below everything said; no lines end it. */
  draw(lines: readonly string[]): void;
};

type Stream = { write(text: string): unknown; isTTY?: boolean; columns?: number; rows?: number };

const DEFAULT_COLUMNS = 80;
const MOST_COLUMNS = 120;

/** The terminal of this process, or of a test. */
export function createTerminal(
  stderr: Stream = process.stderr,
  stdout: Stream = process.stdout,
  environment: NodeJS.ProcessEnv = process.env,
): Terminal {
  let drawn: readonly string[] = [];
  let hasPrintedJson = false;
  // A line that is wider than the terminal takes more rows: a command to copy, or all of them once it has been narrowed.
  const rowsOf = (lines: readonly string[]) => {
    const columns = stderr.columns ?? DEFAULT_COLUMNS;
    return lines.reduce((rows, line) => rows + Math.max(1, Math.ceil(widthOf(line) / columns)), 0);
  };
  // Over the old lines, each cleared by itself: clearing the screen from its first row down puts copies of it into the
  // history of tmux and others, and what is erased and drawn apart flickers.
  const redraw = (finished: readonly string[], next: readonly string[]) => {
    const lines = [...finished, ...next];
    const rows = drawn.length > 0 ? rowsOf(drawn) : 0;
    // From the first column: the ^C of an interrupt may stand where the cursor was.
    const up = rows > 0 ? `\r\u001b[${rows}A` : '';
    const clear = rows > 0 ? '\u001b[2K' : '';
    const isWide = rows > 0 && rowsOf(lines) > lines.length;
    const rest = rows > lines.length ? '\u001b[0J' : '';
    const text = up + (isWide ? '\u001b[0J' : '') + lines.map((line) => `${clear}${line}\n`).join('') + rest;
    if (text !== '') stderr.write(text);
    drawn = next;
  };
  const write = (stream: Stream, lines: readonly string[]) => {
    if (stream === stderr) return redraw(lines, drawn);
    const below = drawn;
    redraw([], []);
    if (lines.length > 0) stream.write(`${lines.join('\n')}\n`);
    redraw([], below);
  };
  const columnsNow = () => {
    const columns = stderr.columns ?? stdout.columns ?? DEFAULT_COLUMNS;
    return Math.max(40, Math.min(MOST_COLUMNS, columns)) - 1;
  };
  return {
    isLive: Boolean(stderr.isTTY) && environment.TERM !== 'dumb' && (stderr.columns ?? DEFAULT_COLUMNS) >= 40,
    get columns() {
      return columnsNow();
    },
    get sentenceColumns() {
      return stderr.isTTY ? columnsNow() : Infinity;
    },
    get rows() {
      return stderr.rows ?? 24;
    },
    paint: paintFor(stderr, environment),
    resultPaint: paintFor(stdout, environment),
    say(sentence) {
      const lines = cleanText(sentence).split('\n');
      // A line with something to copy in it starts with spaces, and is left whole.
      const columns = stderr.isTTY ? columnsNow() : Infinity;
      write(
        stderr,
        lines.flatMap((line) => (line.startsWith(' ') ? [line] : wrapped(line, columns, 0))),
      );
    },
    show: (lines) => write(stderr, lines),
    print: (lines) => write(stdout, lines),
    printJson(value) {
      hasPrintedJson = true;
      write(stdout, [cleanJson(value)]);
    },
    get hasPrintedJson() {
      return hasPrintedJson;
    },
    draw: (lines) => redraw([], lines),
  };
}
