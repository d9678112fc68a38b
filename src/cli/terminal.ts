import { cleanJson, cleanText } from './render/clean-text';
import { wrapped } from './render/layout';
import type { Paint } from './render/paint';
import { paintFor } from './render/paint';

/** Where a command says things: results on stdout, everything else on stderr. */
export type Terminal = {
  /** True where lines can be drawn again in place. */
  readonly isLive: boolean;
  /** Columns and rows that may be used; the last column stays empty, where some terminals would wrap. */
  readonly columns: number;
  readonly rows: number;
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
  // Over the old lines, each cleared by itself: clearing the screen from its first row down puts copies of it into the
  // history of tmux and others, and what is erased and drawn apart flickers.
  const redraw = (finished: readonly string[], next: readonly string[]) => {
    const lines = [...finished, ...next];
    // From the first column: the ^C of an interrupt may stand where the cursor was.
    const up = drawn.length > 0 ? `\r\u001b[${drawn.length}A` : '';
    const clear = drawn.length > 0 ? '\u001b[2K' : '';
    const rest = drawn.length > lines.length ? '\u001b[0J' : '';
    const text = up + lines.map((line) => `${clear}${line}\n`).join('') + rest;
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
    get rows() {
      return stderr.rows ?? 24;
    },
    paint: paintFor(stderr, environment),
    resultPaint: paintFor(stdout, environment),
    say(sentence) {
      const lines = cleanText(sentence).split('\n');
      // A line with something to copy in it starts with spaces, and is left whole.
      const wraps = (line: string) => Boolean(stderr.isTTY) && !line.startsWith(' ');
      write(
        stderr,
        lines.flatMap((line) => (wraps(line) ? wrapped(line, columnsNow(), 0) : [line])),
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
